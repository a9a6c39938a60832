/*
 * A deadlock that has not happened yet.
 *
 * A transfer locks the account it takes from and then the one it gives to. Two transfers in
 * opposite directions can each hold what the other waits for. In this program they run one after
 * the other, so it never hangs; the orders of the locks are there all the same.
 *
 *   build     reprise cc -g deadlock.c -o deadlock
 *   run       ./deadlock                       exit status 66: something was found
 *   repaired  the same with -DFIXED: whatever the direction, the lower address goes first
 *
 * The report: "lock-order-inversion (potential deadlock)"; the cycle, M0 => M1 => M0; for each
 * step of it, the place where the second mutex was locked while the first was held. To see where
 * the first one was locked as well: TSAN_OPTIONS=second_deadlock_stack=1 ./deadlock
 */
#include <pthread.h>
#include <stdio.h>

struct account {
    pthread_mutex_t lock;
    long balance;
};

struct account ada = {PTHREAD_MUTEX_INITIALIZER, 100};
struct account bob = {PTHREAD_MUTEX_INITIALIZER, 100};

static void transfer(struct account *from, struct account *to, long amount)
{
#ifdef FIXED
    struct account *first = from < to ? from : to, *second = from < to ? to : from;
#else
    struct account *first = from, *second = to;
#endif

    pthread_mutex_lock(&first->lock);
    pthread_mutex_lock(&second->lock);
    from->balance -= amount;
    to->balance += amount;
    pthread_mutex_unlock(&second->lock);
    pthread_mutex_unlock(&first->lock);
}

static void *ada_pays(void *arg)
{
    transfer(&ada, &bob, 30);
    return arg;
}

static void *bob_pays(void *arg)
{
    transfer(&bob, &ada, 20);
    return arg;
}

int main(void)
{
    pthread_t thread;

    pthread_create(&thread, NULL, ada_pays, NULL);
    pthread_join(thread, NULL);
    pthread_create(&thread, NULL, bob_pays, NULL);
    pthread_join(thread, NULL);
    printf("Ada has %ld, Bob has %ld\n", ada.balance, bob.balance);
    return 0;
}
