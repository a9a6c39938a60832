/*
 * A counter under a mutex of TYPE, taken by HOW; the racy twin's main forgets the lock. Other
 * threads take it in all the ways there are, also twice if the type allows.
 */
#include <pthread.h>
#include <time.h>
#include "step.h"

#ifndef TYPE
#define TYPE PTHREAD_MUTEX_DEFAULT
#endif
#ifndef HOW
#define HOW lock
#endif

volatile int counter;
pthread_mutex_t mutex;

static inline struct timespec in_an_hour(clockid_t clock)
{
    struct timespec t;

    clock_gettime(clock, &t);
    t.tv_sec += 3600;
    return t;
}

static inline int take_by_lock(void)
{
    return pthread_mutex_lock(&mutex);
}

static inline int take_by_trylock(void)
{
    while (pthread_mutex_trylock(&mutex))
        sched_yield();
    return 0;
}

static inline int take_by_timedlock(void)
{
    struct timespec limit = in_an_hour(CLOCK_REALTIME);

    return pthread_mutex_timedlock(&mutex, &limit);
}

static inline int take_by_clocklock(void)
{
    struct timespec limit = in_an_hour(CLOCK_MONOTONIC);

    return pthread_mutex_clocklock(&mutex, CLOCK_MONOTONIC, &limit);
}

#define JOIN(A, B) A##B
#define TAKE(BY) JOIN(take_by_, BY)()

static void make_mutex(void)
{
    pthread_mutexattr_t attr;

    pthread_mutexattr_init(&attr);
    pthread_mutexattr_settype(&attr, TYPE);
    pthread_mutex_init(&mutex, &attr);
    pthread_mutexattr_destroy(&attr);
}

static NOINLINE void add_careful(void)
{
    TAKE(HOW);
    if (TYPE == PTHREAD_MUTEX_RECURSIVE) {
        TAKE(HOW);
        pthread_mutex_unlock(&mutex);
    }
    counter = 1;
    pthread_mutex_unlock(&mutex);
}

static NOINLINE void add_careless(void)
{
    FIX(TAKE(HOW);)
    counter = 2;
    FIX(pthread_mutex_unlock(&mutex);)
}

static void *worker(void *arg)
{
    add_careful();
    step_set(1);
    return arg;
}

int main(void)
{
    pthread_t t;

    make_mutex();
    pthread_create(&t, NULL, worker, NULL);
    step_wait(1);
    add_careless();
    pthread_join(t, NULL);
    pthread_mutex_destroy(&mutex);
    return 0;
}
