/* A spin lock that looks at the flag and then sets it. */
#include <sched.h>
#include <stdatomic.h>

#include "seeded.h"

static atomic_int flag, inside;

static void lock(void)
{
#ifdef FIXED
    while (atomic_exchange(&flag, 1))
        sched_yield();
#else
    while (atomic_load(&flag))
        sched_yield();
    atomic_store(&flag, 1);
#endif
}

static void *visit(void *unused)
{
    (void)unused;
    lock();
    expect(atomic_fetch_add(&inside, 1) == 0, "two hold the lock");
    atomic_fetch_sub(&inside, 1);
    atomic_store(&flag, 0);
    return NULL;
}

int main(void)
{
    together(2, visit);
    return 0;
}
