/*
 * Four threads contend for one mutex, one of them with EBUSY answers of trylock that must not
 * count as locks. The racy twin's trylock ignores the answer once.
 */
#include <pthread.h>
#include "step.h"

#define ROUNDS 500

int counter;
pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void *patient(void *arg)
{
    for (int k = 0; k < ROUNDS; k++) {
        pthread_mutex_lock(&mutex);
        counter++;
        pthread_mutex_unlock(&mutex);
    }
    return arg;
}

static void *impatient(void *arg)
{
    int done = 0;

    while (done < ROUNDS) {
        if (pthread_mutex_trylock(&mutex)) {
            sched_yield();
            continue;
        }
        counter++;
        done++;
        pthread_mutex_unlock(&mutex);
    }
    return arg;
}

static NOINLINE void pretend(void)
{
    int taken = pthread_mutex_trylock(&mutex) == 0;

    BUG(*(volatile int *)&counter = -1;)
    step_set(1);
    if (taken)
        pthread_mutex_unlock(&mutex);
}

static void *pretender(void *arg)
{
    pretend();
    return arg;
}

int main(void)
{
    pthread_t t[4];

    pthread_mutex_lock(&mutex);
    *(volatile int *)&counter = 0;
    pthread_create(&t[3], NULL, pretender, NULL);
    step_wait(1);
    *(volatile int *)&counter = 0;
    pthread_mutex_unlock(&mutex);
    for (int k = 0; k < 3; k++)
        pthread_create(&t[k], NULL, k ? patient : impatient, NULL);
    for (int k = 0; k < 4; k++)
        pthread_join(t[k], NULL);
    return counter == 3 * ROUNDS ? 0 : 1;
}
