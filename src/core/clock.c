#include "clock.h"

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

/* ---- lists of chunks ---- */

static struct core_chunks *list_ref(struct core_chunks *l)
{
    if (l) /* relaxed: as for a chunk */
        __atomic_fetch_add(&l->refs, 1, __ATOMIC_RELAXED);
    return l;
}

static size_t list_bytes(uint32_t n)
{
    return sizeof(struct core_chunks) + n * sizeof(struct core_chunk *);
}

/* Of a chunk or a list. */
static bool is_own(const uint32_t *refs)
{
    /* acquire: pairs with the unref functions, so that it is ours alone once refs is 1 */
    return __atomic_load_n(refs, __ATOMIC_ACQUIRE) == 1;
}

static void list_unref(struct core_chunks *l)
{
    /* acq_rel: as for a chunk */
    if (!l || __atomic_fetch_sub(&l->refs, 1, __ATOMIC_ACQ_REL) != 1)
        return;
    for (uint32_t i = 0; i < l->n; i++)
        chunk_unref(l->at[i]);
    core_free(l, list_bytes(l->n));
}

/* The list is c's alone and has room for n. */
static void list_own(struct core_clock *c, uint32_t n)
{
    struct core_chunks *old = c->more, *mine;

    if (old && old->n >= n && is_own(&old->refs)) {
        old->name = 0;
        return;
    }
    if (old && old->n > n)
        n = old->n;
    mine = core_alloc(list_bytes(n));
    mine->refs = 1;
    mine->n = n;
    mine->past = old ? old->past : 0;
    for (uint32_t i = 0; old && i < old->n; i++)
        mine->at[i] = chunk_ref(old->at[i]);
    list_unref(old);
    c->more = mine;
}

/* ---- a chunk of a clock ---- */

/* To read it. */
static struct core_chunk *chunk_at(const struct core_clock *c, uint32_t index)
{
    return index == 0 ? c->first : core_chunks_at(c->more, index - 1);
}

/* To put another one there. */
static struct core_chunk **chunk_place(struct core_clock *c, uint32_t index)
{
    if (index == 0)
        return &c->first;
    list_own(c, index);
    return &c->more->at[index - 1];
}

/* Makes the chunk at index exist and be owned by c alone. */
static struct core_chunk *chunk_own(struct core_clock *c, uint32_t index)
{
    struct core_chunk **where = chunk_place(c, index), *k = *where;

    if (k && is_own(&k->refs))
        return k;
    struct core_chunk *mine = core_alloc(sizeof *mine);
    mine->refs = 1;
    if (k) {
        chunk_copy(mine->v, k->v);
        chunk_unref(k);
    }
    return *where = mine;
}

/* ---- clocks ---- */

bool core_clock_raise(struct core_clock *c, uint32_t slot, core_id id)
{
    if (core_clock_get(c, slot) >= id)
        return false;
    uint32_t index = slot / CORE_CHUNK_SLOTS;
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

static void chunk_put(struct core_clock *c, uint32_t index, struct core_chunk *k)
{
    struct core_chunk **where = chunk_place(c, index), *old = *where;
    *where = chunk_ref(k);
    chunk_unref(old);
}

static void chunk_raise(struct core_chunk *k, const struct core_chunk *to)
{
    for (int i = 0; i < CORE_CHUNK_SLOTS; i++)
        k->v[i] = k->v[i] > to->v[i] ? k->v[i] : to->v[i];
}

/* Joins one chunk; keeps sharing alive where one side already covers the other. own: see
 * core_clock_learn. spare: nobody else has `from`, and who has it lets it go. */
static bool chunk_join(struct core_clock *c, uint32_t index, struct core_chunk *from, uint32_t own,
                       bool spare)
{
    struct core_chunk *k = chunk_at(c, index);

    if (!from || from == k || (k && chunk_covers(k, from, own)))
        return false;
    if (!k || chunk_covers(from, k, CORE_CLOCK_NOBODY)) {
        chunk_put(c, index, from);
    } else if (spare && !is_own(&k->refs)) {
        chunk_raise(from, k);
        chunk_put(c, index, from);
    } else {
        chunk_raise(chunk_own(c, index), from);
    }
    return true;
}

/* After a join that changed c's list: is it now the same as `from`? */
static bool lists_agree(const struct core_chunks *l, const struct core_chunks *from)
{
    bool same = l->n == from->n;
    for (uint32_t i = 0; same && i < l->n; i++)
        same = l->at[i] == from->at[i];
    return same;
}

/* A thousand threads that begin with one past, and end: each has the same list for the same object
 * to take. So a list knows the last one that was joined, by a name that is good for as long as
 * nothing of that one changes. */
static uint64_t name_of(struct core_chunks *l)
{
    static uint64_t names;
    uint64_t name = __atomic_load_n(&l->name, __ATOMIC_RELAXED), mine;

    if (name)
        return name;
    /* relaxed: whoever compares names knows the list itself from elsewhere */
    mine = __atomic_add_fetch(&names, 1, __ATOMIC_RELAXED);
    return __atomic_compare_exchange_n(&l->name, &name, mine, false, __ATOMIC_RELAXED,
                                       __ATOMIC_RELAXED)
               ? mine
               : name;
}

static bool is_past(const struct core_clock *c, const struct core_chunks *from)
{
    uint64_t name = __atomic_load_n(&from->name, __ATOMIC_RELAXED);
    return name && c->more && c->more->past == name;
}

static void remember_past(struct core_clock *c, struct core_chunks *past, uint32_t own)
{
    bool all = own < CORE_CHUNK_SLOTS || own == CORE_CLOCK_NOBODY;

    if (past != c->more && all && is_own(&c->more->refs))
        c->more->past = name_of(past);
}

static bool list_join(struct core_clock *c, struct core_chunks *from, uint32_t own, bool take)
{
    bool grew = false;

    if (!from || from == c->more || is_past(c, from))
        return false;
    if (!c->more) {
        c->more = list_ref(from);
        return true;
    }
    if (take)
        from->name = 0; /* what is in it may be raised here, and c may have it afterwards */
    if (c->more->n < from->n)
        list_own(c, from->n);
    for (uint32_t i = 0; i < from->n; i++) {
        bool spare = take && from->at[i] && is_own(&from->at[i]->refs);
        grew |= chunk_join(c, i + 1, from->at[i], own - (i + 1) * CORE_CHUNK_SLOTS, spare);
    }
    if (grew && lists_agree(c->more, from)) {
        list_unref(c->more);
        c->more = list_ref(from);
    }
    if (!take)
        remember_past(c, from, own);
    return grew;
}

static bool clock_join(struct core_clock *c, const struct core_clock *from, uint32_t own, bool take)
{
    bool grew =
        chunk_join(c, 0, from->first, own, take && from->first && is_own(&from->first->refs));
    grew |= list_join(c, from->more, own, take && from->more && is_own(&from->more->refs));
    c->version += grew;
    return grew;
}

bool core_clock_learn(struct core_clock *c, const struct core_clock *from, uint32_t own)
{
    return clock_join(c, from, own, false);
}

bool core_clock_join(struct core_clock *c, const struct core_clock *from)
{
    return clock_join(c, from, CORE_CLOCK_NOBODY, false);
}

bool core_clock_absorb(struct core_clock *c, struct core_clock *from, uint32_t own)
{
    bool grew = clock_join(c, from, own, true);
    core_clock_clear(from);
    return grew;
}

void core_clock_assign(struct core_clock *c, const struct core_clock *from)
{
    if (c == from)
        return;
    struct core_clock old = *c;
    *c = (struct core_clock){chunk_ref(from->first), list_ref(from->more), old.version + 1};
    core_clock_clear(&old);
}

void core_clock_clear(struct core_clock *c)
{
    chunk_unref(c->first);
    list_unref(c->more);
    *c = (struct core_clock){.version = c->version + 1};
}

bool core_clock_empty(const struct core_clock *c)
{
    return !c->first && !c->more;
}

void core_clock_know_all(struct core_clock *c, uint32_t slots)
{
    uint32_t n = (slots - 1) / CORE_CHUNK_SLOTS;

    c->first = core_alloc(sizeof *c->first);
    c->more = core_alloc(sizeof *c->more + n * sizeof *c->more->at);
    *c->first = (struct core_chunk){.refs = 1};
    for (uint32_t i = 0; i < CORE_CHUNK_SLOTS; i++)
        c->first->v[i] = UINT32_MAX;
    *c->more = (struct core_chunks){.refs = 1, .n = n};
    for (uint32_t i = 0; i < n; i++)
        c->more->at[i] = c->first;
}
