/*
 * Peterson's lock for two threads needs sequentially consistent flags; the racy twin's are
 * relaxed, and order nothing even when the threads take turns.
 */
#include <pthread.h>
#include <stdatomic.h>
#include "step.h"

#define ORDER BUG(memory_order_relaxed) FIX(memory_order_seq_cst)

volatile int guarded;
atomic_int wants[2], turn;

static void lock(int me)
{
    atomic_store_explicit(&wants[me], 1, ORDER);
    atomic_store_explicit(&turn, !me, ORDER);
    while (atomic_load_explicit(&wants[!me], ORDER) && atomic_load_explicit(&turn, ORDER) == !me)
        sched_yield();
}

static void unlock(int me)
{
    atomic_store_explicit(&wants[me], 0, ORDER);
}

static NOINLINE void write_guarded(int me)
{
    lock(me);
    guarded = guarded + 1;
    unlock(me);
}

static void *worker(void *arg)
{
    for (int k = 0; k < 50; k++) {
        write_guarded(1);
        step_set(1); /* one turn at least goes before main's first */
    }
    return arg;
}

int main(void)
{
    pthread_t t;

    pthread_create(&t, NULL, worker, NULL);
    step_wait(1);
    for (int k = 0; k < 50; k++)
        write_guarded(0);
    pthread_join(t, NULL);
    FIX(if (guarded != 100) return 1;)
    return 0;
}
