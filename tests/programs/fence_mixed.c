/*
 * A fence on one side pairs with an atomic operation on the other. STORE and LOAD are the orders
 * of the operations; the racy twin has the same operations and no fence.
 */
#define STEP_HIDDEN
#include <pthread.h>
#include <stdatomic.h>
#include "step.h"

volatile int value;
atomic_int flag;

static void *publisher(void *arg)
{
    value = 7;
    FIX(if (STORE == memory_order_relaxed) atomic_thread_fence(memory_order_release);)
    atomic_fetch_add_explicit(&flag, 1, STORE);
    return arg;
}

static NOINLINE int observe(void)
{
    while (!atomic_load_explicit(&flag, LOAD))
        sched_yield();
    FIX(if (LOAD == memory_order_relaxed) atomic_thread_fence(memory_order_acquire);)
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
