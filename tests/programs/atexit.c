/*
 * A thread registers a handler for the end of the process: what it did before is ordered with the
 * handler's run. The racy thread goes on writing after it has registered.
 */
#include <pthread.h>
#include <stdlib.h>
#include "step.h"

volatile int summary;

static void print_summary(void)
{
    if (summary != 7)
        abort();
}

#ifdef ON_EXIT
static void print_summary_status(int status, void *arg)
{
    (void)status, (void)arg;
    print_summary();
}
#define REGISTER() on_exit(print_summary_status, NULL)
#else
#define REGISTER() atexit(print_summary)
#endif

static void *worker(void *arg)
{
    FIX(summary = 7;)
    REGISTER();
    BUG(summary = 7;)
    step_set(1);
    return arg;
}

int main(void)
{
    pthread_t t;

    pthread_create(&t, NULL, worker, NULL);
    pthread_detach(t);
    step_wait(1);
    return 0;
}
