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

/* Leaves out who has lost its number. */
static void move_to(struct rt_numbering *n, uint32_t capacity)
{
    struct rt_numbering old = *n;
    n->capacity = capacity;
    n->used = n->forgotten = 0;
    n->at = core_alloc(n->capacity * sizeof *n->at);
    for (uint32_t i = 0; i < old.capacity; i++)
        if (old.at[i].number) {
            *slot(n, old.at[i].key) = old.at[i];
            n->used++;
        }
    if (old.at)
        core_free(old.at, old.capacity * sizeof *old.at);
}

struct rt_numbered *rt_number(struct rt_numbering *n, rt_addr key)
{
    if (core_unlikely(n->used >= n->capacity / 2)) {
        if (n->forgotten > n->used / 2)
            move_to(n, n->capacity);
        else if (n->capacity < MAX)
            move_to(n, n->capacity ? n->capacity * 4 : FIRST);
        else
            return rt_numbered(n, key);
    }
    struct rt_numbered *e = slot(n, key);
    if (core_unlikely(!e->number)) {
        n->used += !e->key;
        n->forgotten -= e->key != 0;
        *e = (struct rt_numbered){.key = key, .number = ++n->last};
    }
    return e;
}

struct rt_numbered *rt_numbered(const struct rt_numbering *n, rt_addr key)
{
    struct rt_numbered *e = n->capacity ? slot(n, key) : NULL;
    return e && e->number ? e : NULL;
}

static void forget(struct rt_numbering *n, struct rt_numbered *e)
{
    n->forgotten += e->number != 0;
    e->number = 0;
}

void rt_number_anew(struct rt_numbering *n, rt_addr low, rt_addr high)
{
    if (!n->used || low >= high)
        return;
    if ((high - low) / 8 > n->capacity) {
        for (uint32_t i = 0; i < n->capacity; i++)
            if (n->at[i].key - low < high - low)
                forget(n, &n->at[i]);
        return;
    }
    for (rt_addr key = low; key < high; key += 8)
        forget(n, slot(n, key));
}
