#include "numbering.h"

enum { FIRST = 1 << 10, MAX = 1 << 22 };

static struct rt_numbered *slot(const struct rt_numbering *n, rt_addr key)
{
    uint32_t i = (uint32_t)(core_mix(key) >> 20);
    for (;; i++) {
        struct rt_numbered *e = &n->at[i & (n->capacity - 1)];
        if (!e->key || e->key == key)
            return e;
    }
}

static void grow(struct rt_numbering *n)
{
    struct rt_numbering old = *n;
    n->capacity = old.capacity ? old.capacity * 4 : FIRST;
    n->at = core_alloc(n->capacity * sizeof *n->at);
    for (uint32_t i = 0; i < old.capacity; i++)
        if (old.at[i].key)
            *slot(n, old.at[i].key) = old.at[i];
    if (old.at)
        core_free(old.at, old.capacity * sizeof *old.at);
}

struct rt_numbered *rt_number(struct rt_numbering *n, rt_addr key)
{
    if (core_unlikely(n->used >= n->capacity / 2)) {
        if (n->capacity >= MAX)
            return rt_numbered(n, key);
        grow(n);
    }
    struct rt_numbered *e = slot(n, key);
    if (core_unlikely(!e->key)) {
        e->key = key;
        e->number = ++n->used;
    }
    return e;
}

struct rt_numbered *rt_numbered(const struct rt_numbering *n, rt_addr key)
{
    struct rt_numbered *e = n->capacity ? slot(n, key) : NULL;
    return e && e->key ? e : NULL;
}
