/* A spin lock of an atomic_flag; the racy twin unlocks it with a relaxed clear. */
#include <pthread.h>
#include <stdatomic.h>
#include "step.h"

volatile int guarded;
atomic_flag locked = ATOMIC_FLAG_INIT;

static NOINLINE void write_guarded(int value)
{
    while (atomic_flag_test_and_set_explicit(&locked, memory_order_acquire))
        sched_yield();
    guarded = value;
    atomic_flag_clear_explicit(&locked, BUG(memory_order_relaxed) FIX(memory_order_release));
}

static void *worker(void *arg)
{
    write_guarded(1);
    step_set(1);
    return arg;
}

int main(void)
{
    pthread_t t;

    pthread_create(&t, NULL, worker, NULL);
    step_wait(1);
    write_guarded(2);
    pthread_join(t, NULL);
    return 0;
}
