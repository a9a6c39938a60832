/*
 * A fence's release reaches a reader through another thread's relaxed read-modify-write. The racy
 * middle thread stores instead, which starts a sequence of its own.
 */
#define STEP_HIDDEN
#include <pthread.h>
#include <stdatomic.h>
#include "step.h"

volatile int value;
atomic_int cell;

static void *publisher(void *arg)
{
    value = 7;
    atomic_thread_fence(memory_order_release);
    atomic_store_explicit(&cell, 1, memory_order_relaxed);
    return arg;
}

static void *middle(void *arg)
{
    while (atomic_load_explicit(&cell, memory_order_relaxed) != 1)
        sched_yield();
    FIX(atomic_fetch_add_explicit(&cell, 1, memory_order_relaxed);)
    BUG(atomic_store_explicit(&cell, 2, memory_order_relaxed);)
    step_set(1);
    return arg;
}

static NOINLINE int observe(void)
{
    step_wait(1); /* polling would read the publisher's 1 as well, and that is an edge */
    if (atomic_load_explicit(&cell, memory_order_relaxed) != 2)
        return 0;
    atomic_thread_fence(memory_order_acquire);
    return value;
}

int main(void)
{
    pthread_t a, b;
    int seen;

    pthread_create(&a, NULL, publisher, NULL);
    pthread_create(&b, NULL, middle, NULL);
    seen = observe();
    pthread_join(a, NULL);
    pthread_join(b, NULL);
    return seen == 7 ? 0 : 1;
}
