/*
 * A sequence lock lets readers read while a writer may write, and throw the result away. That
 * holds for atomics only: the racy twin's data are plain, the fixed twin's relaxed atomics.
 */
#define STEP_HIDDEN
#include <pthread.h>
#include <stdatomic.h>
#include "step.h"

atomic_uint sequence;
BUG(volatile int data[2];)
FIX(atomic_int data[2];)

#ifdef FIXED
#define GET(cell) atomic_load_explicit(&(cell), memory_order_relaxed)
#define PUT(cell, value) atomic_store_explicit(&(cell), value, memory_order_relaxed)
#else
#define GET(cell) (cell)
#define PUT(cell, value) (cell) = (value)
#endif

static NOINLINE int read_sum(void)
{
    unsigned before, after;
    int sum;

    do {
        before = atomic_load_explicit(&sequence, memory_order_acquire);
        sum = GET(data[0]) + GET(data[1]);
        atomic_thread_fence(memory_order_acquire);
        after = atomic_load_explicit(&sequence, memory_order_relaxed);
    } while (before != after || before % 2);
    return sum;
}

static NOINLINE void write_both(int value)
{
    unsigned before = atomic_load_explicit(&sequence, memory_order_relaxed);

    atomic_store_explicit(&sequence, before + 1, memory_order_relaxed);
    atomic_thread_fence(memory_order_release);
    PUT(data[0], value);
    PUT(data[1], value);
    atomic_store_explicit(&sequence, before + 2, memory_order_release);
}

static void *reader(void *arg)
{
    int first = read_sum();

    step_set(1);
    step_wait(2);
    return read_sum() == first + 6 ? arg : NULL;
}

int main(void)
{
    pthread_t t;
    void *result;

    pthread_create(&t, NULL, reader, &sequence);
    step_wait(1);
    write_both(3);
    step_set(2);
    pthread_join(t, &result);
    return result ? 0 : 1;
}
