/* A lock-free stack of indices without a tag. While one thread pops, the other pops two nodes and
 * pushes the first back: the head looks the same, but what it remembers as next is in use. */
#include <stdatomic.h>

#include "seeded.h"

enum { NODES = 3, EMPTY = 0, TAG = 1 << 8 };

static atomic_uint head = 1; /* index, and a tag above it */
static atomic_uint next[NODES + 1] = {0, 2, 3, EMPTY};
static atomic_int used[NODES + 1];

static unsigned tag_after(unsigned old)
{
#ifdef FIXED
    return (old & ~(TAG - 1u)) + TAG;
#else
    (void)old;
    return 0;
#endif
}

static unsigned pop(void)
{
    unsigned old = atomic_load(&head), index;
    do {
        index = old % TAG;
        if (index == EMPTY)
            return EMPTY;
    } while (
        !atomic_compare_exchange_strong(&head, &old, atomic_load(&next[index]) | tag_after(old)));
    expect(atomic_fetch_add(&used[index], 1) == 0, "a node was popped that is in use");
    return index;
}

static void push(unsigned index)
{
    atomic_fetch_sub(&used[index], 1);
    unsigned old = atomic_load(&head);
    do
        atomic_store(&next[index], old % TAG);
    while (!atomic_compare_exchange_strong(&head, &old, index | tag_after(old)));
}

static void *one(void *unused)
{
    (void)unused;
    pop();
    pop();
    return NULL;
}

static void *other(void *unused)
{
    (void)unused;
    unsigned a = pop();
    pop();
    if (a != EMPTY)
        push(a);
    return NULL;
}

int main(void)
{
    both(one, other);
    return 0;
}
