/*
 * A value is published with relaxed atomics between a release and an acquire fence. The racy
 * twins (-DMISTAKE) leave one out, put it on the wrong side, or use one for signals only.
 */
#define STEP_HIDDEN
#include <pthread.h>
#include <stdatomic.h>
#include "step.h"

#define NO_RELEASE 1
#define NO_ACQUIRE 2
#define RELEASE_TOO_LATE 3
#define ACQUIRE_TOO_EARLY 4
#define SIGNAL_FENCE 5
#define RELEASE_AS_ACQUIRE 6

#ifdef FIXED
#undef MISTAKE
#define MISTAKE 0
#endif
#ifndef RELEASE
#define RELEASE memory_order_release
#define ACQUIRE memory_order_acquire
#endif

volatile int value;
atomic_int flag;

static void *publisher(void *arg)
{
    value = 7;
    if (MISTAKE == SIGNAL_FENCE)
        atomic_signal_fence(memory_order_seq_cst);
    else if (MISTAKE == RELEASE_AS_ACQUIRE)
        atomic_thread_fence(memory_order_acquire);
    else if (MISTAKE != NO_RELEASE && MISTAKE != RELEASE_TOO_LATE)
        atomic_thread_fence(RELEASE);
    atomic_store_explicit(&flag, 1, memory_order_relaxed);
    if (MISTAKE == RELEASE_TOO_LATE)
        atomic_thread_fence(RELEASE);
    return arg;
}

static NOINLINE int observe(void)
{
    if (MISTAKE == ACQUIRE_TOO_EARLY)
        atomic_thread_fence(ACQUIRE);
    while (!atomic_load_explicit(&flag, memory_order_relaxed))
        sched_yield();
    if (MISTAKE != NO_ACQUIRE && MISTAKE != ACQUIRE_TOO_EARLY)
        atomic_thread_fence(ACQUIRE);
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
