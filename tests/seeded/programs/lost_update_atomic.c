/* A count made of an atomic load and an atomic store: no data race, but updates are lost. */
#include <stdatomic.h>

#include "seeded.h"

static atomic_int counter;

static void *count(void *unused)
{
    (void)unused;
#ifdef FIXED
    atomic_fetch_add(&counter, 1);
#else
    int before = atomic_load(&counter);
    atomic_store(&counter, before + 1);
#endif
    return NULL;
}

int main(void)
{
    together(2, count);
    expect(atomic_load(&counter) == 2, "an update is lost");
    return 0;
}
