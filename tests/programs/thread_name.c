/* Threads have names, and a report uses them; the fix joins before the access. */
#include <pthread.h>
#include "step.h"

volatile int shared;

static void *worker(void *arg)
{
    pthread_setname_np(pthread_self(), "accountant");
    shared = 1;
    step_set(1);
    return arg;
}

int main(void)
{
    pthread_t t;

    pthread_create(&t, NULL, worker, NULL);
    step_wait(1);
    FIX(pthread_join(t, NULL);)
    shared = 2;
    BUG(pthread_join(t, NULL);)
    return 0;
}
