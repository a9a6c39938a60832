/*
 * A constructor starts a thread before main, and a destructor looks at its work after main. The
 * racy destructor does so without a join.
 */
#include <pthread.h>
#include "step.h"

volatile int shared;
static pthread_t thread;

static void *worker(void *arg)
{
    shared = 1;
    step_set(1);
    return arg;
}

__attribute__((constructor)) static void start(void)
{
    pthread_create(&thread, NULL, worker, NULL);
}

__attribute__((destructor)) static void stop(void)
{
    FIX(pthread_join(thread, NULL);)
    step_wait(1);
    shared = 2;
    BUG(pthread_join(thread, NULL);)
}

int main(void)
{
    step_wait(1);
    return 0;
}
