/* Every thread blocks every signal from the start; the race is found. The fix joins first. */
#include <pthread.h>
#include <signal.h>
#include "step.h"

volatile int shared;

static void *worker(void *arg)
{
    sigset_t now;

    pthread_sigmask(SIG_BLOCK, NULL, &now);
    shared = sigismember(&now, SIGUSR1) && sigismember(&now, SIGSEGV);
    step_set(1);
    return arg;
}

int main(void)
{
    pthread_t t;
    sigset_t all;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, NULL);
    pthread_create(&t, NULL, worker, NULL);
    step_wait(1);
    FIX(pthread_join(t, NULL);)
    FIX(if (shared != 1) return 1;) /* the mask is the program's business: none of it is taken away */
    shared = 2;
    BUG(pthread_join(t, NULL);)
    return 0;
}
