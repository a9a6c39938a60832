/* What the runtime keeps of its own memory: tables that grow with what is in them, and shadow that
 * is given back. Pages are counted, nothing is timed. */
#include "../check.h"
#include "runtime/index.h"
#include "runtime/sys/sys.h"

#include <pthread.h>

/* ---- index.h ---- */

enum { THINGS = 60000, MOST_BITS = 14 };

static uint32_t chains[THINGS + 1];

static uint64_t hash_of(uint32_t i)
{
    return i * 0x9e3779b97f4a7c15ull;
}

static uint32_t *chain_of(uint32_t i)
{
    return &chains[i];
}

static struct rt_index things = {.hash = hash_of, .chain = chain_of};
static uint32_t added; /* release: so many are there */

static bool found(uint32_t i)
{
    uint32_t at = __atomic_load_n(rt_index_head(&things, hash_of(i)), __ATOMIC_ACQUIRE);
    for (unsigned steps = 0; at && at != i; steps++) {
        if (steps > THINGS) /* in a circle */
            return false;
        at = __atomic_load_n(&chains[at], __ATOMIC_RELAXED);
    }
    return at == i;
}

/* Looks all the time. It may miss what is there, but must come to an end each time. */
static void *look(void *unused)
{
    uint64_t seen = 0;
    uint32_t n;
    (void)unused;
    while ((n = __atomic_load_n(&added, __ATOMIC_ACQUIRE)) < THINGS)
        for (uint32_t i = 1; i < n; i += 97)
            seen += found(i);
    return (void *)(seen | 1);
}

static void test_index_grows(void)
{
    pthread_t other;
    CHECK_EQ(rt_index_init(&things, "test", MOST_BITS), 0);
    CHECK(things.bits < MOST_BITS);
    pthread_create(&other, NULL, look, NULL);
    for (uint32_t i = 1; i <= THINGS; i++) {
        rt_index_add(&things, i);
        __atomic_store_n(&added, i, __ATOMIC_RELEASE);
    }
    pthread_join(other, NULL);
    unsigned n = 0;
    for (uint32_t i = 1; i <= THINGS; i++)
        n += found(i);
    CHECK_EQ(n, THINGS);
    CHECK_EQ(things.bits, MOST_BITS);
    /* the narrower forms are gone */
    size_t bytes = sizeof(uint32_t) << MOST_BITS;
    CHECK(sys_resident_bytes((uintptr_t)things.heads, 2 * bytes) <= bytes);
}

int main(void)
{
    RUN(test_index_grows);
    return check_done();
}
