/* Waits until there is no reader, then takes the old version away; it has to hide it first. */
#include <sched.h>
#include <stdatomic.h>

#include "seeded.h"

enum { GONE = -1 };

static atomic_int versions[2] = {1, 2};
static atomic_int current, readers;

static void *read_version(void *unused)
{
    (void)unused;
    atomic_fetch_add(&readers, 1);
    int index = atomic_load(&current);
    expect(atomic_load(&versions[index]) != GONE, "read a version that is gone");
    atomic_fetch_sub(&readers, 1);
    return NULL;
}

static void wait_for_readers(void)
{
    while (atomic_load(&readers))
        sched_yield();
}

static void *update(void *unused)
{
    (void)unused;
#ifndef FIXED
    wait_for_readers();
#endif
    atomic_store(&current, 1);
#ifdef FIXED
    wait_for_readers();
#endif
    atomic_store(&versions[0], GONE);
    return NULL;
}

int main(void)
{
    both(read_version, update);
    return 0;
}
