/*
 * A ticket lock: draw a number, wait until it is served. Order flows through the number served;
 * the racy twin hands it on with a relaxed store.
 */
#include <pthread.h>
#include <stdatomic.h>
#include "step.h"

#define THREADS 3
#define ROUNDS 100

BUG(volatile) int guarded;
atomic_uint next_ticket, now_serving;

static NOINLINE void add_one(void)
{
    unsigned mine = atomic_fetch_add_explicit(&next_ticket, 1, memory_order_relaxed);

    while (atomic_load_explicit(&now_serving, memory_order_acquire) != mine)
        sched_yield();
    guarded = guarded + 1;
    atomic_store_explicit(&now_serving, mine + 1,
                          BUG(memory_order_relaxed) FIX(memory_order_release));
}

static void *worker(void *arg)
{
    step_meet(THREADS);
    for (int k = 0; k < ROUNDS; k++)
        add_one();
    return arg;
}

int main(void)
{
    pthread_t t[THREADS];

    for (int k = 0; k < THREADS; k++)
        pthread_create(&t[k], NULL, worker, NULL);
    for (int k = 0; k < THREADS; k++)
        pthread_join(t[k], NULL);
    return guarded == THREADS * ROUNDS ? 0 : 1;
}
