/*
 * The destructor of thread-specific data still runs in the exiting thread, after its function has
 * returned. The racy main reads what it wrote without a join; the fix joins first.
 */
#include <pthread.h>
#include "step.h"

pthread_key_t key;
volatile int flushed;

static void flush(void *data)
{
    flushed = *(int *)data;
    step_set(1);
}

static void *worker(void *arg)
{
    pthread_setspecific(key, arg);
    return NULL;
}

int main(void)
{
    pthread_t t;
    int number = 7, seen;

    pthread_key_create(&key, flush);
    pthread_create(&t, NULL, worker, &number);
    step_wait(1);
    FIX(pthread_join(t, NULL);)
    seen = flushed;
    BUG(pthread_join(t, NULL);)
    return seen == 7 ? 0 : 1;
}
