/* A counter under a C11 mutex of TYPE, taken by HOW; the racy twin leaves it out on one side. */
#include <threads.h>
#include <time.h>
#include "step.h"

volatile int counter;
mtx_t mutex;

#define lock() mtx_lock(&mutex)
#define trylock() mtx_trylock(&mutex)
#define timedlock() mtx_timedlock(&mutex, later())

static inline const struct timespec *later(void)
{
    static __thread struct timespec limit;

    timespec_get(&limit, TIME_UTC);
    limit.tv_sec += 3600;
    return &limit;
}

static NOINLINE void add_careful(void)
{
    while (HOW() != thrd_success)
        thrd_yield();
    counter = 1;
    mtx_unlock(&mutex);
}

static NOINLINE void add_careless(void)
{
    FIX(while (HOW() != thrd_success) thrd_yield();)
    counter = 2;
    FIX(mtx_unlock(&mutex);)
}

static int worker(void *arg)
{
    (void)arg;
    add_careful();
    step_set(1);
    return 0;
}

int main(void)
{
    thrd_t t;

    mtx_init(&mutex, TYPE);
    thrd_create(&t, worker, NULL);
    step_wait(1);
    add_careless();
    thrd_join(t, NULL);
    mtx_destroy(&mutex);
    return 0;
}
