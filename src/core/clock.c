#include "clock.h"

static struct core_chunk **slot_chunk(struct core_clock *c, uint32_t index)
{
    return index == 0 ? &c->first : &c->more[index - 1];
}

static struct core_chunk *chunk_ref(struct core_chunk *k)
{
    if (k) /* relaxed: the caller already holds a reference, nothing is published by this one */
        __atomic_fetch_add(&k->refs, 1, __ATOMIC_RELAXED);
    return k;
}

static void chunk_unref(struct core_chunk *k)
{
    /* acq_rel: the last owner must see every other owner done with the entries before it frees */
    if (k && __atomic_fetch_sub(&k->refs, 1, __ATOMIC_ACQ_REL) == 1)
        core_free(k, sizeof *k);
}

static void chunk_copy(core_id *to, const core_id *from)
{
    for (int i = 0; i < CORE_CHUNK_SLOTS; i++)
        to[i] = from[i];
}

/* Makes the chunk at index exist and be owned by c alone. */
static struct core_chunk *chunk_own(struct core_clock *c, uint32_t index)
{
    struct core_chunk **where = slot_chunk(c, index), *k = *where;

    /* acquire: pairs with chunk_unref, so that the entries are ours alone once refs is 1 */
    if (k && __atomic_load_n(&k->refs, __ATOMIC_ACQUIRE) == 1)
        return k;
    struct core_chunk *mine = core_alloc(sizeof *mine);
    mine->refs = 1;
    if (k) {
        chunk_copy(mine->v, k->v);
        chunk_unref(k);
    }
    return *where = mine;
}

static void clock_grow(struct core_clock *c, uint32_t nmore)
{
    if (nmore <= c->nmore)
        return;
    struct core_chunk **more = core_alloc(nmore * sizeof *more);
    for (uint32_t i = 0; i < c->nmore; i++)
        more[i] = c->more[i];
    if (c->more)
        core_free(c->more, c->nmore * sizeof *more);
    c->more = more;
    c->nmore = nmore;
}

bool core_clock_raise(struct core_clock *c, uint32_t slot, core_id id)
{
    if (core_clock_get(c, slot) >= id)
        return false;
    uint32_t index = slot / CORE_CHUNK_SLOTS;
    clock_grow(c, index);
    chunk_own(c, index)->v[slot % CORE_CHUNK_SLOTS] = id;
    c->version++;
    return true;
}

/* own: an entry that doesn't matter; none of these, if it is no number of one. */
static bool chunk_covers(const struct core_chunk *a, const struct core_chunk *b, uint32_t own)
{
    uint32_t behind = 0;
    for (int i = 0; i < CORE_CHUNK_SLOTS; i++)
        behind += a->v[i] < b->v[i];
    if (own < CORE_CHUNK_SLOTS)
        behind -= a->v[own] < b->v[own];
    return !behind;
}

/* Joins one chunk; keeps sharing alive where one side already covers the other. own: see
 * core_clock_learn. */
static bool chunk_join(struct core_clock *c, uint32_t index, struct core_chunk *from, uint32_t own)
{
    struct core_chunk **where = slot_chunk(c, index), *k = *where;

    if (!from || from == k)
        return false;
    if (k && chunk_covers(k, from, own))
        return false;
    if (!k || chunk_covers(from, k, CORE_CLOCK_NOBODY)) {
        *where = chunk_ref(from);
        chunk_unref(k);
        return true;
    }
    k = chunk_own(c, index);
    for (int i = 0; i < CORE_CHUNK_SLOTS; i++)
        k->v[i] = k->v[i] > from->v[i] ? k->v[i] : from->v[i];
    return true;
}

bool core_clock_learn(struct core_clock *c, const struct core_clock *from, uint32_t own)
{
    clock_grow(c, from->nmore);
    bool grew = chunk_join(c, 0, from->first, own);
    for (uint32_t i = 0; i < from->nmore; i++)
        grew |= chunk_join(c, i + 1, from->more[i], own - (i + 1) * CORE_CHUNK_SLOTS);
    c->version += grew;
    return grew;
}

bool core_clock_join(struct core_clock *c, const struct core_clock *from)
{
    return core_clock_learn(c, from, CORE_CLOCK_NOBODY);
}

void core_clock_assign(struct core_clock *c, const struct core_clock *from)
{
    if (c == from)
        return;
    struct core_clock old = *c;
    *c = (struct core_clock){.first = chunk_ref(from->first), .version = old.version + 1};
    clock_grow(c, from->nmore);
    for (uint32_t i = 0; i < from->nmore; i++)
        c->more[i] = chunk_ref(from->more[i]);
    core_clock_clear(&old);
}

void core_clock_clear(struct core_clock *c)
{
    chunk_unref(c->first);
    for (uint32_t i = 0; i < c->nmore; i++)
        chunk_unref(c->more[i]);
    if (c->more)
        core_free(c->more, c->nmore * sizeof *c->more);
    *c = (struct core_clock){.version = c->version + 1};
}

bool core_clock_empty(const struct core_clock *c)
{
    return !c->first && !c->nmore;
}
