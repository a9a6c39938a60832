/* The consumer looks at the queue, then at "no more will come", and leaves the last item there. */
#include <sched.h>
#include <stdatomic.h>

#include "seeded.h"

static atomic_int queued, consumed, stop;

static void *produce(void *unused)
{
    (void)unused;
    atomic_fetch_add(&queued, 1);
    atomic_store(&stop, 1);
    return NULL;
}

static void *consume(void *unused)
{
    (void)unused;
    for (;;) {
#ifdef FIXED
        int last_round = atomic_load(&stop);
#endif
        if (atomic_load(&queued)) {
            atomic_fetch_sub(&queued, 1);
            atomic_fetch_add(&consumed, 1);
            continue;
        }
#ifndef FIXED
        int last_round = atomic_load(&stop);
#endif
        if (last_round)
            return NULL;
        sched_yield();
    }
}

int main(void)
{
    both(produce, consume);
    expect(atomic_load(&consumed) == 1, "an item is left in the queue");
    return 0;
}
