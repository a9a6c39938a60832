/*
 * A queue for many producers and one consumer: producers swap themselves in at the head and then
 * link the node before. The racy twin links with a relaxed store, so the consumer reads a node
 * that is not ordered with its making.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include "step.h"

#define PRODUCERS 2
#define ITEMS 50

struct node {
    struct node *_Atomic next;
    int item;
};

struct node stub;
struct node *_Atomic head = &stub;

static NOINLINE void push(int item)
{
    struct node *node = malloc(sizeof *node), *previous;

    atomic_init(&node->next, NULL);
    node->item = item;
    previous = atomic_exchange_explicit(&head, node,
                                        BUG(memory_order_relaxed) FIX(memory_order_acq_rel));
    atomic_store_explicit(&previous->next, node,
                          BUG(memory_order_relaxed) FIX(memory_order_release));
}

static NOINLINE int pop(struct node **tail)
{
    struct node *old = *tail, *next;
    int item;

    while (!(next = atomic_load_explicit(&old->next, memory_order_acquire)))
        sched_yield();
    item = next->item;
    *tail = next;
    if (old != &stub)
        free(old);
    return item;
}

static void *producer(void *arg)
{
    for (int k = 0; k < ITEMS; k++)
        push(1);
    return arg;
}

int main(void)
{
    pthread_t t[PRODUCERS];
    struct node *tail = &stub;
    int sum = 0;

    for (int k = 0; k < PRODUCERS; k++)
        pthread_create(&t[k], NULL, producer, NULL);
    for (int k = 0; k < PRODUCERS * ITEMS; k++)
        sum += pop(&tail);
    for (int k = 0; k < PRODUCERS; k++)
        pthread_join(t[k], NULL);
    free(tail);
    return sum == PRODUCERS * ITEMS ? 0 : 1;
}
