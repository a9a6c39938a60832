/*
 * A detached thread cannot be joined, so a flag the detector does not count is no way to wait for
 * it; the fix is a semaphore posted as its last act.
 */
#include <pthread.h>
#include <semaphore.h>
#include "step.h"

volatile int result;
sem_t done;

static void *worker(void *arg)
{
    result = 7;
    FIX(sem_post(&done);)
    step_set(1);
    return arg;
}

int main(void)
{
    pthread_t t;
    pthread_attr_t attr;

    sem_init(&done, 0, 0);
    pthread_attr_init(&attr);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    pthread_create(&t, &attr, worker, NULL);
    pthread_attr_destroy(&attr);
    FIX(sem_wait(&done);)
    step_wait(1);
    return result == 7 ? 0 : 1;
}
