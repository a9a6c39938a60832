/*
 * Threads fill their slots, meet at a barrier, read each other's slots, and do it again with the
 * same barrier. In the racy twin the second round starts without a wait.
 */
#include <pthread.h>
#include "step.h"

#define THREADS 3

volatile int slots[THREADS];
pthread_barrier_t barrier;

static NOINLINE void fill(int mine, int value)
{
    slots[mine] = value;
}

static NOINLINE void check(void)
{
    for (int k = 0; k < THREADS; k++)
        (void)slots[k];
}

static void *worker(void *arg)
{
    int mine = (int)(long)arg;

    for (int round = 0; round < 3; round++) {
        fill(mine, round);
        pthread_barrier_wait(&barrier);
        check();
        FIX(pthread_barrier_wait(&barrier);)
        BUG(step_meet(THREADS);)
    }
    return NULL;
}

int main(void)
{
    pthread_t t[THREADS];

    pthread_barrier_init(&barrier, NULL, THREADS);
    for (long k = 0; k < THREADS; k++)
        pthread_create(&t[k], NULL, worker, (void *)k);
    for (int k = 0; k < THREADS; k++)
        pthread_join(t[k], NULL);
    pthread_barrier_destroy(&barrier);
    return 0;
}
