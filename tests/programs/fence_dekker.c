/*
 * Two threads enter a critical section by Dekker's handshake: raise my flag, full fence, look at
 * the other's. The racy twin leaves the fences out, and with them all order.
 */
#define STEP_HIDDEN
#include <pthread.h>
#include <stdatomic.h>
#include "step.h"

volatile int guarded;
atomic_int wants[2];

static NOINLINE void enter(int me)
{
    for (;;) {
        atomic_store_explicit(&wants[me], 1, memory_order_relaxed);
        FIX(atomic_thread_fence(memory_order_seq_cst);)
        if (!atomic_load_explicit(&wants[!me], memory_order_relaxed))
            break;
        atomic_store_explicit(&wants[me], 0, memory_order_relaxed);
        sched_yield();
    }
    FIX(atomic_thread_fence(memory_order_acquire);)
}

static NOINLINE void leave(int me)
{
    FIX(atomic_thread_fence(memory_order_release);)
    atomic_store_explicit(&wants[me], 0, memory_order_relaxed);
}

static NOINLINE void work(int me)
{
    enter(me);
    guarded = me;
    leave(me);
}

static void *worker(void *arg)
{
    work(1);
    step_set(1);
    return arg;
}

int main(void)
{
    pthread_t t;

    pthread_create(&t, NULL, worker, NULL);
    step_wait(1);
    work(0);
    pthread_join(t, NULL);
    return 0;
}
