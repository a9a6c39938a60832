/* Takes the next free block of a pool with a load and a store: two get the same block. */
#include <stdatomic.h>

#include "seeded.h"

enum { BLOCKS = 4 };

static atomic_int next_free, owners[BLOCKS];

static int take(void)
{
#ifdef FIXED
    return atomic_fetch_add(&next_free, 1);
#else
    int block = atomic_load(&next_free);
    atomic_store(&next_free, block + 1);
    return block;
#endif
}

static void *user(void *unused)
{
    (void)unused;
    int block = take();
    expect(atomic_fetch_add(&owners[block], 1) == 0, "a block has two owners");
    return NULL;
}

int main(void)
{
    together(3, user);
    return 0;
}
