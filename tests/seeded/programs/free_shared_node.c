/* Unlinks a node and frees it while a reader may still stand on it. */
#include <stdatomic.h>

#include "seeded.h"

struct node {
    _Atomic(struct node *) next;
    int value;
};

static struct node head;

static void *reader(void *unused)
{
    (void)unused;
    int sum = 0;
    for (struct node *n = atomic_load(&head.next); n; n = atomic_load(&n->next))
        sum += n->value;
    expect(sum == 1 || sum == 0, "no such sum");
    return NULL;
}

static void *remover(void *unused)
{
    (void)unused;
    struct node *gone = atomic_load(&head.next);
    atomic_store(&head.next, NULL);
#ifndef FIXED
    free(gone);
#else
    (void)gone; /* stays until main has joined the readers */
#endif
    return NULL;
}

int main(void)
{
    struct node *node = calloc(1, sizeof(*node));
    node->value = 1;
    atomic_store(&head.next, node);
    both(reader, remover);
#ifdef FIXED
    free(node);
#endif
    return 0;
}
