/*
 * 20,000 detached threads, at most 50 at a time: a semaphore counts them. The racy ones also write
 * one global after they have posted; the fixed ones write it before, under a mutex.
 */
#include <pthread.h>
#include <semaphore.h>
#include "step.h"

#define THREADS 20000
#define AT_A_TIME 50

sem_t places;
volatile int last;
pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void note(int k)
{
    FIX(pthread_mutex_lock(&mutex);)
    last = k;
    FIX(pthread_mutex_unlock(&mutex);)
}

static void *worker(void *arg)
{
    FIX(note((int)(long)arg);)
    sem_post(&places);
    BUG(note((int)(long)arg);)
    return NULL;
}

int main(void)
{
    pthread_attr_t attr;
    pthread_t t;

    sem_init(&places, 0, AT_A_TIME);
    pthread_attr_init(&attr);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    for (long k = 0; k < THREADS; k++) {
        sem_wait(&places);
        while (pthread_create(&t, &attr, worker, (void *)k))
            sched_yield();
    }
    for (int k = 0; k < AT_A_TIME; k++)
        sem_wait(&places);
    return 0;
}
