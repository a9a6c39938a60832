/* Pushes onto a list with a load and a store of its head: a node gets lost. */
#include <stdatomic.h>

#include "seeded.h"

struct node {
    struct node *next;
};

static _Atomic(struct node *) head;
static struct node nodes[3];

static void *push(void *index)
{
    struct node *mine = &nodes[INDEX(index)];
    mine->next = atomic_load(&head);
#ifdef FIXED
    while (!atomic_compare_exchange_strong(&head, &mine->next, mine))
        continue;
#else
    atomic_store(&head, mine);
#endif
    return NULL;
}

int main(void)
{
    together(3, push);
    int length = 0;
    for (struct node *n = atomic_load(&head); n; n = n->next)
        length++;
    expect(length == 3, "a node is lost");
    return 0;
}
