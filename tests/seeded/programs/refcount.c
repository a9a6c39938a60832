/* Drops a reference with one atomic operation and looks at the count with another. */
#include <stdatomic.h>

#include "seeded.h"

static atomic_int references = 2, destroyed;

static void *drop(void *unused)
{
    (void)unused;
#ifdef FIXED
    if (atomic_fetch_sub(&references, 1) == 1)
        atomic_fetch_add(&destroyed, 1);
#else
    atomic_fetch_sub(&references, 1);
    if (atomic_load(&references) == 0)
        atomic_fetch_add(&destroyed, 1);
#endif
    return NULL;
}

int main(void)
{
    together(2, drop);
    expect(atomic_load(&destroyed) == 1, "destroyed twice");
    return 0;
}
