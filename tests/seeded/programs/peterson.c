/* Peterson's lock with its two stores in the wrong order. */
#include <sched.h>
#include <stdatomic.h>

#include "seeded.h"

static atomic_int wants[2], turn, inside;

static void *visit(void *index)
{
    int me = INDEX(index), other = 1 - me;
#ifdef FIXED
    atomic_store(&wants[me], 1);
    atomic_store(&turn, other);
#else
    atomic_store(&turn, other);
    atomic_store(&wants[me], 1);
#endif
    while (atomic_load(&wants[other]) && atomic_load(&turn) == other)
        sched_yield();
    expect(atomic_fetch_add(&inside, 1) == 0, "two are inside");
    atomic_fetch_sub(&inside, 1);
    atomic_store(&wants[me], 0);
    return NULL;
}

int main(void)
{
    together(2, visit);
    return 0;
}
