/* Dekker's lock where nobody steps back: when both want in, both spin for ever. */
#include <sched.h>
#include <stdatomic.h>

#include "seeded.h"

static atomic_int wants[2], turn;
static int work;

static void *visit(void *index)
{
    int me = INDEX(index), other = 1 - me;
    atomic_store(&wants[me], 1);
    while (atomic_load(&wants[other])) {
#ifdef FIXED
        if (atomic_load(&turn) == me)
            continue;
        atomic_store(&wants[me], 0);
        while (atomic_load(&turn) != me)
            sched_yield();
        atomic_store(&wants[me], 1);
#else
        sched_yield();
#endif
    }
    work++;
    atomic_store(&turn, other);
    atomic_store(&wants[me], 0);
    return NULL;
}

int main(void)
{
    together(2, visit);
    return 0;
}
