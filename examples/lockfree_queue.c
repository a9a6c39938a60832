/*
 * A queue between two threads with no lock, ordered by fences.
 *
 * The producer fills a slot and then moves `filled`; the consumer sees `filled` move and then
 * empties the slot. "And then" holds only with a fence on each side: release before the store,
 * acquire after the load. The broken one has neither, and works on most machines, most days.
 *
 *   build     reprise cc -g lockfree_queue.c -o lockfree_queue
 *   run       ./lockfree_queue                 exit status 66: something was found
 *   repaired  the same with -DFIXED
 *
 * The report: the consumer's read of a slot in take(), the producer's write of it in put(). Note
 * that `filled` and `taken` are not in it: they are atomics, and atomics do not race. They just
 * do not order anything when relaxed.
 *
 * The repaired twin is silent here. Detectors that do not know fences report it too: people then
 * learn to ignore what they say.
 */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wtsan" /* gcc's own runtime is one that does not know fences */
#endif

#define SLOTS 16
#define ITEMS 1000

#ifdef FIXED
#define FENCE(order) atomic_thread_fence(order)
#else
#define FENCE(order) ((void)0)
#endif

int slots[SLOTS];
atomic_uint filled, taken; /* how many, since the start */

static void put(int item)
{
    unsigned mine = atomic_load_explicit(&filled, memory_order_relaxed);

    while (mine - atomic_load_explicit(&taken, memory_order_relaxed) == SLOTS)
        sched_yield();
    FENCE(memory_order_acquire); /* the consumer's read of this slot is over */
    slots[mine % SLOTS] = item;
    FENCE(memory_order_release); /* the item is there before the number says so */
    atomic_store_explicit(&filled, mine + 1, memory_order_relaxed);
}

static int take(void)
{
    unsigned mine = atomic_load_explicit(&taken, memory_order_relaxed);
    int item;

    while (atomic_load_explicit(&filled, memory_order_relaxed) == mine)
        sched_yield();
    FENCE(memory_order_acquire); /* the number said so, so the item is there */
    item = slots[mine % SLOTS];
    FENCE(memory_order_release); /* our read is over before the slot is free */
    atomic_store_explicit(&taken, mine + 1, memory_order_relaxed);
    return item;
}

static void *producer(void *arg)
{
    for (int k = 1; k <= ITEMS; k++)
        put(k);
    return arg;
}

int main(void)
{
    pthread_t thread;
    long sum = 0;

    pthread_create(&thread, NULL, producer, NULL);
    for (int k = 1; k <= ITEMS; k++)
        sum += take();
    pthread_join(thread, NULL);
    printf("the sum is %ld, and should be %d\n", sum, ITEMS * (ITEMS + 1) / 2);
    return 0;
}
