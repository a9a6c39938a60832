/*
 * Fences order only what goes through a cell that one thread wrote and the other read. The racy
 * reader looks at a cell the writer stored before its fence; the fix looks at the one after.
 */
#define STEP_HIDDEN
#include <pthread.h>
#include <stdatomic.h>
#include "step.h"

volatile int value;
atomic_int early, late;

static void *publisher(void *arg)
{
    atomic_store_explicit(&early, 1, memory_order_relaxed);
    value = 7;
    atomic_thread_fence(memory_order_release);
    atomic_store_explicit(&late, 1, memory_order_relaxed);
    step_set(1);
    return arg;
}

static NOINLINE int observe(void)
{
    step_wait(1);
    while (!atomic_load_explicit(BUG(&early) FIX(&late), memory_order_relaxed))
        sched_yield();
    atomic_thread_fence(memory_order_acquire);
    return value;
}

int main(void)
{
    pthread_t t;
    int seen;

    pthread_create(&t, NULL, publisher, NULL);
    seen = observe();
    pthread_join(t, NULL);
    return seen == 7 ? 0 : 1;
}
