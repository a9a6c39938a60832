/*
 * A bank with a data race: the place to start.
 *
 * Two tellers pay into one account. Each reads the balance, adds, and writes it back; nothing
 * says who goes first, so now and then one of them writes over what the other has just paid in.
 *
 *   build     reprise cc -g demo.c -o demo
 *   run       ./demo                           exit status 66: something was found
 *   repaired  reprise cc -g -DFIXED demo.c -o demo && ./demo          silent, status 0
 *
 * The report, from the top:
 *   "Read of size 8 ... by thread T2"           what one teller did, and where: line by line the
 *                                               function, then who called it;
 *   "Previous write of size 8 ... by thread T1" what the other had done before, with nothing
 *                                               between the two that orders them (which of them
 *                                               reads and which writes depends on who was first);
 *   "Location is global 'account'"              what they did it to;
 *   "Thread T1 ... created by main thread at"   where the threads come from;
 *   "SUMMARY"                                   the same in one line.
 *
 * It does not matter how the run ended: also one that prints the right sum has the race, since
 * it was luck.
 */
#include <pthread.h>
#include <stdio.h>

#define PAYMENTS 10000

struct account {
    const char *owner;
    long balance;
    pthread_mutex_t lock;
};

struct account account = {"Ada", 0, PTHREAD_MUTEX_INITIALIZER};

static void pay_in(struct account *to, long amount)
{
#ifdef FIXED
    pthread_mutex_lock(&to->lock);
#endif
    to->balance = to->balance + amount;
#ifdef FIXED
    pthread_mutex_unlock(&to->lock);
#endif
}

static void *teller(void *arg)
{
    for (int k = 0; k < PAYMENTS; k++)
        pay_in(&account, 1);
    return arg;
}

int main(void)
{
    pthread_t first, second;

    pthread_create(&first, NULL, teller, NULL);
    pthread_create(&second, NULL, teller, NULL);
    pthread_join(first, NULL);
    pthread_join(second, NULL);
    printf("%s has %ld, and should have %d\n", account.owner, account.balance, 2 * PAYMENTS);
    return 0;
}
