/*
 * Happens-before passes from thread to thread: A releases to B, B releases to C. The racy B looks
 * at A's flag with a relaxed load, so C is ordered with B only.
 */
#include <pthread.h>
#include <stdatomic.h>
#include "step.h"

volatile int value, relayed;
atomic_int first, second;

static void *source(void *arg)
{
    value = 7;
    atomic_store_explicit(&first, 1, memory_order_release);
    return arg;
}

static void *relay(void *arg)
{
    while (!atomic_load_explicit(&first, BUG(memory_order_relaxed) FIX(memory_order_acquire)))
        sched_yield();
    relayed = 1;
    atomic_store_explicit(&second, 1, memory_order_release);
    return arg;
}

static NOINLINE int sink(void)
{
    while (!atomic_load_explicit(&second, memory_order_acquire))
        sched_yield();
    return value + relayed;
}

int main(void)
{
    pthread_t a, b;
    int seen;

    pthread_create(&a, NULL, source, NULL);
    pthread_create(&b, NULL, relay, NULL);
    seen = sink();
    pthread_join(a, NULL);
    pthread_join(b, NULL);
    return seen == 8 ? 0 : 1;
}
