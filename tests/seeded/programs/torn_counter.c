/* A long number in two atomic halves; a reader in the middle of the carry sees a wrong one. */
#include <stdatomic.h>

#include "seeded.h"

#ifdef FIXED
static atomic_ullong whole = 0xffffffffu;
#else
static atomic_uint low = 0xffffffffu, high;
#endif

static void *increment(void *unused)
{
    (void)unused;
#ifdef FIXED
    atomic_fetch_add(&whole, 1);
#else
    if (atomic_fetch_add(&low, 1) + 1 == 0)
        atomic_fetch_add(&high, 1);
#endif
    return NULL;
}

static void *look(void *unused)
{
    (void)unused;
#ifdef FIXED
    unsigned long long n = atomic_load(&whole);
#else
    unsigned long long n = (unsigned long long)atomic_load(&high) << 32;
    n |= atomic_load(&low);
#endif
    expect(n >= 0xffffffffu, "the counter went back");
    return NULL;
}

int main(void)
{
    both(increment, look);
    return 0;
}
