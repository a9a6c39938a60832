/*
 * Four threads run through one unguarded loop thousands of times: many occurrences of a few
 * races, each reported once. The fix uses relaxed atomics.
 */
#include <pthread.h>
#include "step.h"

#define THREADS 4
#define ROUNDS 20000

BUG(volatile int shared[16];)
FIX(_Atomic int shared[16];)

static NOINLINE void scribble(int k)
{
    shared[k % 16] = k;
}

static void *worker(void *arg)
{
    step_meet(THREADS);
    for (int k = 0; k < ROUNDS; k++)
        scribble(k);
    return arg;
}

int main(void)
{
    pthread_t t[THREADS];

    for (int k = 0; k < THREADS; k++)
        pthread_create(&t[k], NULL, worker, NULL);
    for (int k = 0; k < THREADS; k++)
        pthread_join(t[k], NULL);
    return 0;
}
