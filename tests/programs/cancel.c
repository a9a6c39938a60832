/*
 * A thread is cancelled in a blocking read, and its clean-up handler writes. The racy main reads
 * without a join; the fix joins first.
 */
#include <pthread.h>
#include <unistd.h>
#include "step.h"

int ends[2];
volatile int cleaned;

static void clean_up(void *arg)
{
    cleaned = *(int *)arg;
    step_set(2);
}

static NOINLINE void block(void)
{
    char byte;

    step_set(1);
    while (read(ends[0], &byte, 1) != 1)
        ;
}

static void *worker(void *arg)
{
    pthread_cleanup_push(clean_up, arg);
    block();
    pthread_cleanup_pop(0);
    return NULL;
}

int main(void)
{
    pthread_t t;
    int number = 7, seen;

    if (pipe(ends))
        return 2;
    pthread_create(&t, NULL, worker, &number);
    step_wait(1);
    pthread_cancel(t);
    step_wait(2);
    FIX(pthread_join(t, NULL);)
    seen = cleaned;
    BUG(pthread_join(t, NULL);)
    return seen == 7 ? 0 : 1;
}
