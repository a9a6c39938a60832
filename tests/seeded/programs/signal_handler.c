/* A signal handler looks at two variables that the thread it interrupts changes in two steps. */
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>

#include "seeded.h"

static atomic_int left = 50, right = 50, transfers, seen;

static void check(int number)
{
    (void)number;
    atomic_store(&seen, atomic_load(&left) + atomic_load(&right));
}

static void *worker(void *unused)
{
    (void)unused;
#ifdef FIXED
    sigset_t blocked, before;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, &blocked, &before);
#endif
    atomic_fetch_sub(&left, 10);
    atomic_fetch_add(&transfers, 1);
    atomic_fetch_add(&right, 10);
#ifdef FIXED
    pthread_sigmask(SIG_SETMASK, &before, NULL);
#endif
    return NULL;
}

int main(void)
{
    struct sigaction action = {.sa_handler = check};
    sigaction(SIGUSR1, &action, NULL);
    pthread_t thread = start(worker, NULL);
    while (atomic_load(&left) == 50) /* has begun */
        sched_yield();
    pthread_kill(thread, SIGUSR1);
    join(thread);
    int sum = atomic_load(&seen);
    expect(sum == 0 || sum == 100, "the handler saw half a transfer");
    return 0;
}
