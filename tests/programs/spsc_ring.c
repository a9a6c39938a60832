/*
 * A ring buffer between one producer and one consumer. Filling is published by the tail; the racy
 * producer publishes it with a relaxed store.
 */
#include <pthread.h>
#include <stdatomic.h>
#include "step.h"

#define SLOTS 8
#define ITEMS 100

int slots[SLOTS];
atomic_uint taken, filled;

static NOINLINE void put(unsigned position, int item)
{
    while (position - atomic_load_explicit(&taken, memory_order_acquire) == SLOTS)
        sched_yield();
    slots[position % SLOTS] = item;
    atomic_store_explicit(&filled, position + 1,
                          BUG(memory_order_relaxed) FIX(memory_order_release));
}

static NOINLINE int get(unsigned position)
{
    int item;

    while (atomic_load_explicit(&filled, memory_order_acquire) == position)
        sched_yield();
    item = slots[position % SLOTS];
    atomic_store_explicit(&taken, position + 1, memory_order_release);
    return item;
}

static void *producer(void *arg)
{
    for (unsigned k = 0; k < ITEMS; k++)
        put(k, 1);
    return arg;
}

int main(void)
{
    pthread_t t;
    int sum = 0;

    pthread_create(&t, NULL, producer, NULL);
    for (unsigned k = 0; k < ITEMS; k++)
        sum += get(k);
    pthread_join(t, NULL);
    return sum == ITEMS ? 0 : 1;
}
