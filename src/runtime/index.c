#include "index.h"
#include "sys/sys.h"
#include <errno.h>

enum { LEAST_BITS = 10, GROW_BITS = 2, PER_BUCKET = 2 };

int rt_index_init(struct rt_index *x, const char *what, uint32_t most)
{
    x->bits = LEAST_BITS;
    x->most = most;
    x->heads = sys_reserve(what, sizeof *x->heads << (most + 1));
    return x->heads ? 0 : -ENOMEM;
}

static void put(const struct rt_index *x, uint32_t bits, uint32_t i)
{
    uint32_t *head = &x->heads[(1u << bits) + (x->hash(i) >> (64 - bits))];
    __atomic_store_n(x->chain(i), *head, __ATOMIC_RELAXED); /* head's store publishes it */
    /* release: publishes the thing */
    __atomic_store_n(head, i, __ATOMIC_RELEASE);
}

static CORE_COLD void widen(struct rt_index *x, uint32_t last)
{
    uint32_t old = x->bits, bits = old + GROW_BITS < x->most ? old + GROW_BITS : x->most;
    for (uint32_t i = 1; i <= last; i++)
        put(x, bits, i);
    /* release: the heads */
    __atomic_store_n(&x->bits, bits, __ATOMIC_RELEASE);
    /* who still looks there finds nothing */
    sys_discard((uintptr_t)&x->heads[1u << old], sizeof *x->heads << old);
}

void rt_index_add(struct rt_index *x, uint32_t i)
{
    put(x, x->bits, i);
    if (i >> x->bits >= PER_BUCKET && x->bits < x->most)
        widen(x, i);
}
