/* A ring for one writer and one reader; the writer moves the index before it stores the item. */
#include <stdatomic.h>

#include "seeded.h"

enum { SLOTS = 4, ITEMS = 3 };

static atomic_int ring[SLOTS];
static atomic_uint written;

static void *put(void *unused)
{
    (void)unused;
    for (unsigned i = 0; i < ITEMS; i++) {
#ifdef FIXED
        atomic_store(&ring[i % SLOTS], (int)i + 1);
        atomic_store(&written, i + 1);
#else
        atomic_store(&written, i + 1);
        atomic_store(&ring[i % SLOTS], (int)i + 1);
#endif
    }
    return NULL;
}

static void *get(void *unused)
{
    (void)unused;
    for (unsigned i = 0; i < atomic_load(&written); i++)
        expect(atomic_load(&ring[i % SLOTS]) == (int)i + 1, "an item was read too early");
    return NULL;
}

int main(void)
{
    both(put, get);
    return 0;
}
