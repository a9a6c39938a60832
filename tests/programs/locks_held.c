/*
 * A thread holds HELD locks at once, always taken in the same order. The racy main writes with
 * none of them.
 */
#include <pthread.h>
#include "step.h"

pthread_mutex_t mutexes[HELD];
volatile int guarded;

static void take_all(void)
{
    for (int k = 0; k < HELD; k++)
        pthread_mutex_lock(&mutexes[k]);
}

static void release_all(void)
{
    for (int k = HELD - 1; k >= 0; k--)
        pthread_mutex_unlock(&mutexes[k]);
}

static NOINLINE void write_guarded(int value)
{
    guarded = value;
}

static void *worker(void *arg)
{
    take_all();
    write_guarded(1);
    release_all();
    step_set(1);
    return arg;
}

int main(void)
{
    pthread_t t;

    for (int k = 0; k < HELD; k++)
        pthread_mutex_init(&mutexes[k], NULL);
    pthread_create(&t, NULL, worker, NULL);
    step_wait(1);
    FIX(take_all();)
    write_guarded(2);
    FIX(release_all();)
    pthread_join(t, NULL);
    return 0;
}
