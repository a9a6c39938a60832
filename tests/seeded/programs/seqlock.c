/* A sequence lock whose reader looks at the number only at the end. */
#include <sched.h>
#include <stdatomic.h>

#include "seeded.h"

static atomic_uint sequence;
static atomic_int x, y;

static void *write_both(void *unused)
{
    (void)unused;
    atomic_fetch_add(&sequence, 1);
    atomic_store(&x, 1);
    atomic_store(&y, 1);
    atomic_fetch_add(&sequence, 1);
    return NULL;
}

static void *read_both(void *unused)
{
    (void)unused;
    int a, b;
    for (;;) {
        unsigned before = 0;
#ifdef FIXED
        before = atomic_load(&sequence);
#endif
        a = atomic_load(&x);
        b = atomic_load(&y);
#ifndef FIXED
        before = atomic_load(&sequence);
#endif
        if (before % 2 == 0 && before == atomic_load(&sequence))
            break;
        sched_yield();
    }
    expect(a == b, "half a change seen");
    return NULL;
}

int main(void)
{
    both(write_both, read_both);
    return 0;
}
