/*
 * pthread_exit unwinds through instrumented frames; the main thread may leave that way too and
 * the others go on. The racy threads write one global, the fixed ones take turns with a mutex.
 */
#include <pthread.h>
#include <stdlib.h>
#include "step.h"

volatile int shared;
pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
pthread_t first;

static NOINLINE void leave(int depth)
{
    if (depth == 0)
        pthread_exit(NULL);
    if (depth > 0)
        leave(depth - 1);
    step_set(100); /* never reached; keeps the call from becoming a jump */
}

static NOINLINE void write_shared(int value)
{
    FIX(pthread_mutex_lock(&mutex);)
    shared = value;
    FIX(pthread_mutex_unlock(&mutex);)
}

static void *writer(void *arg)
{
    write_shared(1);
    step_set(1);
    leave(5);
    return arg;
}

static void *last(void *arg)
{
    step_wait(1);
    write_shared(2);
    pthread_join(first, NULL);
    exit(0);
    return arg;
}

int main(void)
{
    pthread_t t;

    pthread_create(&first, NULL, writer, NULL);
    pthread_create(&t, NULL, last, NULL);
    pthread_detach(t);
    leave(3);
    return 1;
}
