/*
 * A lock-free stack: push with compare-exchange, take all with exchange. The racy push publishes
 * its node with a relaxed success order.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include "step.h"

struct node {
    struct node *next;
    int item;
};

struct node *_Atomic top;

static NOINLINE void push(int item)
{
    struct node *node = malloc(sizeof *node);

    node->item = item;
    node->next = atomic_load_explicit(&top, memory_order_relaxed);
    while (!atomic_compare_exchange_weak_explicit(&top, &node->next, node,
                                                  BUG(memory_order_relaxed)
                                                  FIX(memory_order_release),
                                                  memory_order_relaxed))
        ;
}

static NOINLINE int sum_all(void)
{
    struct node *node = atomic_exchange_explicit(&top, NULL, memory_order_acquire), *next;
    int sum = 0;

    for (; node; node = next) {
        sum += node->item;
        next = node->next;
        free(node);
    }
    return sum;
}

static void *worker(void *arg)
{
    for (int k = 0; k < 20; k++)
        push(1);
    step_meet(3);
    return arg;
}

int main(void)
{
    pthread_t t[2];
    int sum;

    for (int k = 0; k < 2; k++)
        pthread_create(&t[k], NULL, worker, NULL);
    step_meet(3);
    sum = sum_all();
    for (int k = 0; k < 2; k++)
        pthread_join(t[k], NULL);
    return sum == 40 ? 0 : 1;
}
