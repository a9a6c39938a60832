#include "near.h"

/* ---- locks ---- */

/* relaxed everywhere on cells that BUSY protects: the lock's acquire and release order them */
static uint64_t cell_lock(uint64_t *cell)
{
    for (unsigned spins = 0;; spins++) {
        uint64_t c = __atomic_load_n(cell, __ATOMIC_RELAXED);
        /* acquire: see the records as the last holder left them */
        if (c != CORE_CELL_BUSY && __atomic_compare_exchange_n(cell, &c, CORE_CELL_BUSY, true,
                                                               __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
            return c;
        core_relax(spins);
    }
}

static void cell_unlock(uint64_t *cell, uint64_t c)
{
    __atomic_store_n(cell, c, __ATOMIC_RELEASE); /* release: publishes Q and the records */
}

/* Of the low half alone. False: the word is not split, or was freed. */
static bool lock_low(uint64_t *p, uint64_t *low)
{
    for (unsigned spins = 0;; spins++) {
        uint64_t c = __atomic_load_n(p, __ATOMIC_RELAXED);
        if (c != CORE_CELL_BUSY && !cell_is_split(c))
            return false;
        *low = c == CORE_CELL_SPLIT ? 0 : c;
        /* acquire: see the records as the last holder left them */
        if (c != CORE_CELL_BUSY && __atomic_compare_exchange_n(p, &c, CORE_CELL_BUSY, true,
                                                               __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
            return true;
        core_relax(spins);
    }
}

/* Of the high half alone. */
static bool lock_high(const uint64_t *p, uint64_t *q, uint64_t *high)
{
    for (unsigned spins = 0;; spins++) {
        *high = __atomic_load_n(q, __ATOMIC_RELAXED);
        if (!*high || *high == CORE_CELL_DEAD) {
            /* acquire: Q is at least as new */
            uint64_t c = __atomic_load_n(p, __ATOMIC_ACQUIRE);
            if (c != CORE_CELL_BUSY && !cell_is_split(c))
                return false;
            *high = c == CORE_CELL_BUSY ? CORE_CELL_BUSY : __atomic_load_n(q, __ATOMIC_RELAXED);
        }
        /* acquire: see the records as the last holder left them */
        if (*high != CORE_CELL_BUSY && *high != CORE_CELL_DEAD &&
            __atomic_compare_exchange_n(q, high, CORE_CELL_BUSY, true, __ATOMIC_ACQUIRE,
                                        __ATOMIC_RELAXED))
            return true;
        core_relax(spins);
    }
}

/* A word that is held as a whole. Not split: low is the cell of all of it. */
struct word {
    uint64_t *p, *q;
    uint64_t low, high;
    bool split;
    uint64_t conflict;
};

/* The conflict of any access with the free() of its word. Only the first one sees it. */
static void take_freed(struct word *x)
{
    if (!cell_is_freed(x->low))
        return;
    x->conflict = x->low >> 32 | 0xffull << 32;
    x->low = 0;
}

static void word_lock(struct word *x, uint64_t *p, uint64_t *q)
{
    *x = (struct word){.p = p, .q = q, .low = cell_lock(p)};
    x->split = cell_is_split(x->low);
    if (x->split)
        x->high = cell_lock(q);
    x->low = x->low == CORE_CELL_SPLIT ? 0 : x->low;
    take_freed(x);
}

/* was_split: when it was locked. */
static void word_unlock(const struct word *x, bool was_split)
{
    if (x->split)
        cell_unlock(x->q, x->high);
    else if (was_split)
        cell_unlock(x->q, CORE_CELL_DEAD);
    cell_unlock(x->p, x->split && !x->low ? CORE_CELL_SPLIT : x->low);
}

/* The high half of what was one. */
static uint64_t half_copy(struct core_shadow *s, uint64_t c)
{
    if (!cell_has_record(c))
        return c;
    uint32_t i = record_alloc(s);
    if (!i) /* table full: nothing is remembered */
        return 0;
    s->records[i] = s->records[record_of((uint32_t)c)];
    return CORE_CELL(CORE_TAG | i, c >> 32);
}

static void word_divide(struct core_shadow *s, struct word *x)
{
    if (x->split)
        return;
    x->low = x->low ? full_to_half(x->low) : 0;
    x->high = half_copy(s, x->low);
    x->split = true;
}

static void word_join(const struct core_shadow *s, struct word *x)
{
    if (x->low != x->high || !half_is_uniform(s, x->low))
        return;
    x->low = half_to_full(x->low);
    x->split = false;
}

/* ---- one access, the word being held ---- */

static void conflict_found(struct word *x, uint32_t e, unsigned mask, unsigned shift)
{
    if (e && !x->conflict)
        x->conflict = e | (uint64_t)(mask << shift) << 32;
}

static void access_split(struct core_shadow *s, const struct core_actor *a, struct word *x,
                         unsigned mask8, core_id id, unsigned kind)
{
    uint32_t e = 0;

    word_divide(s, x);
    if (mask8 & 15)
        x->low = half_access(s, a, x->low, mask8 & 15, id, kind, &e);
    conflict_found(x, e, e & 15, 0);
    e = 0;
    if (mask8 >> 4)
        x->high = half_access(s, a, x->high, mask8 >> 4, id, kind, &e);
    conflict_found(x, e, e & 15, 4);
    if (mask8 == 0xff)
        word_join(s, x);
}

static void access_full(struct core_shadow *s, const struct core_actor *a, struct word *x,
                        core_id id, unsigned kind)
{
    if (x->split) {
        access_split(s, a, x, 0xff, id, kind);
        return;
    }
    uint32_t e = 0;
    x->low = half_to_full(half_access(s, a, x->low ? full_to_half(x->low) : 0, 15, id, kind, &e));
    conflict_found(x, e, 0xff, 0);
}

static uint64_t access_word(struct core_shadow *s, const struct core_actor *a, uint64_t *p,
                            uint64_t *q, unsigned mask8, core_id id, unsigned kind)
{
    struct word x;

    word_lock(&x, p, q);
    bool was_split = x.split;
    if (mask8 == 0xff)
        access_full(s, a, &x, id, kind);
    else
        access_split(s, a, &x, mask8, id, kind);
    word_unlock(&x, was_split);
    return x.conflict;
}

/* A half of a word that is split already needs only its own cell. */
static uint64_t access_half(struct core_shadow *s, const struct core_actor *a, uint64_t *p,
                            uint64_t *q, unsigned mask8, core_id id, unsigned kind)
{
    uint64_t c;
    uint32_t e = 0;

    if (mask8 & 15) {
        if (!lock_low(p, &c))
            return access_word(s, a, p, q, mask8, id, kind);
        cell_unlock(p, half_access(s, a, c, mask8, id, kind, &e));
    } else {
        if (!lock_high(p, q, &c))
            return access_word(s, a, p, q, mask8, id, kind);
        cell_unlock(q, half_access(s, a, c, mask8 >> 4, id, kind, &e));
    }
    return e ? e | (uint64_t)(e & 15) << (mask8 & 15 ? 32 : 36) : 0;
}

/* ---- the interface ---- */

uint64_t core_shadow_access(struct core_shadow *s, const struct core_actor *a, uint64_t *p,
                            uint64_t *q, unsigned mask8, core_id id, unsigned kind)
{
    struct core_near n;

    /* a record is for who holds its cell, and that may be all of the word */
    if (core_near_find(&n, p, q, mask8) && !cell_has_record(n.c) &&
        core_near_change(s, a, &n, id, kind))
        return 0;
    if (mask8 == 0xff)
        return access_word(s, a, p, q, mask8, id, kind);
    if (!(mask8 & 15) || !(mask8 >> 4))
        return access_half(s, a, p, q, mask8, id, kind);
    /* Races are between bytes, so halves may be accessed one after the other. */
    uint64_t low = core_shadow_access(s, a, p, q, mask8 & 15, id, kind);
    uint64_t high = core_shadow_access(s, a, p, q, mask8 & 0xf0, id, kind);
    return low ? low : high;
}

bool core_shadow_knows(const struct core_shadow *s, const struct core_actor *a, const uint64_t *p,
                       const uint64_t *q, unsigned mask8, unsigned kind)
{
    uint64_t c;

    /* acquire: a set or record that the cell names is complete */
    if (!(mask8 & 15)) { /* a live Q says by itself that the word is split */
        c = __atomic_load_n(q, __ATOMIC_ACQUIRE);
        if (c && c != CORE_CELL_DEAD)
            return half_cell_knows(s, a, q, c, mask8 >> 4, kind);
    }
    c = __atomic_load_n(p, __ATOMIC_ACQUIRE);
    if (c == 0 || c == CORE_CELL_BUSY || (uint32_t)c == CORE_FREED)
        return false;
    if (cell_has_record(c) && core_cell_is_full(c))
        return record_knows(s, a, p, c, 15, kind);
    if (core_cell_is_full(c))
        return half_cell_knows(s, a, p, full_to_half(c), 15, kind);
    if ((mask8 & 15) && !half_cell_knows(s, a, p, c, mask8 & 15, kind))
        return false;
    return !(mask8 >> 4) ||
           half_cell_knows(s, a, q, __atomic_load_n(q, __ATOMIC_ACQUIRE), mask8 >> 4, kind);
}

unsigned core_shadow_set_knows(const struct core_shadow *s, const struct core_actor *a, uint32_t r)
{
    return set_knows(s, a, r, 0) & 15;
}

static bool entries_of_others(const struct core_shadow *s, uint32_t slot, const uint32_t *e,
                              unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        if (core_owner_of(s, e[i])->slot != slot)
            return true;
    return false;
}

static bool half_has_others(const struct core_shadow *s, uint32_t slot, uint64_t cell, bool any)
{
    struct half h;

    half_decode(s, &h, cell);
    bool found =
        entries_of_others(s, slot, h.w, h.nw) || (any && entries_of_others(s, slot, h.r, h.nr));
    half_release(&h);
    return found;
}

bool core_shadow_others(const struct core_shadow *s, uint32_t slot, const uint64_t *p,
                        const uint64_t *q, bool any)
{
    /* relaxed: nobody changes them */
    uint64_t c = __atomic_load_n(p, __ATOMIC_RELAXED);

    if (!c)
        return false;
    if (cell_is_freed(c))
        return true;
    if (core_cell_is_full(c))
        return half_has_others(s, slot, full_to_half(c), any);
    return half_has_others(s, slot, c, any) ||
           half_has_others(s, slot, __atomic_load_n(q, __ATOMIC_RELAXED), any);
}

/* The commonest case: a full word, ordered before. One compare-and-swap. */
static bool free_full(const struct core_shadow *s, const struct core_actor *a, uint64_t *p,
                      core_id id)
{
    uint64_t c = __atomic_load_n(p, __ATOMIC_RELAXED);
    uint32_t w = (uint32_t)c, r = (uint32_t)(c >> 32);

    if (!core_cell_plain_full(c) || (r && !core_ordered(s, a, r)) ||
        (w && w != r && !core_ordered(s, a, w)))
        return false;
    /* release: the log row of id is there before the id can be found */
    return __atomic_compare_exchange_n(p, &c, CORE_CELL(CORE_FREED, id << 4), false,
                                       __ATOMIC_RELEASE, __ATOMIC_RELAXED);
}

static void word_drop_records(struct core_shadow *s, const struct word *x)
{
    cell_drop(s, x->low);
    if (x->split)
        cell_drop(s, x->high);
}

uint64_t core_shadow_free(struct core_shadow *s, const struct core_actor *a, uint64_t *p,
                          uint64_t *q, core_id id, unsigned kind)
{
    struct word x;

    if (core_likely(free_full(s, a, p, id)))
        return 0;
    word_lock(&x, p, q);
    bool was_split = x.split;
    access_full(s, a, &x, id, kind);
    word_drop_records(s, &x);
    x.low = CORE_CELL(CORE_FREED, id << 4);
    x.split = false;
    word_unlock(&x, was_split);
    return x.conflict;
}

void core_shadow_store(struct core_shadow *s, uint64_t *p, uint64_t *q, core_id id)
{
    struct word x;
    uint64_t to = CORE_CELL(id << 4, id << 4);
    uint64_t c = __atomic_load_n(p, __ATOMIC_RELAXED);

    if (c == to)
        return;
    /* Nobody should be using the block at this moment, but who uses freed memory may hold the
     * cell: a plain store would let in a second holder, and records would be lost or shared.
     * release: the log row of id is there before the id can be found */
    if (core_likely(core_cell_plain_full(c) || cell_is_freed(c) ||
                    (core_cell_is_full(c) && !cell_has_record(c))) &&
        (id || !__atomic_load_n(q, __ATOMIC_RELAXED)) &&
        __atomic_compare_exchange_n(p, &c, to, false, __ATOMIC_RELEASE, __ATOMIC_RELAXED))
        return;
    word_lock(&x, p, q);
    word_drop_records(s, &x);
    if (x.split || !id)
        cell_unlock(q, id ? CORE_CELL_DEAD : 0);
    cell_unlock(p, to);
}

void core_shadow_init(struct core_shadow *s, const struct core_event *log,
                      const struct core_owner *owner, uint32_t *set_words, uint32_t set_capacity,
                      uint32_t *set_buckets, uint32_t set_bucket_count, struct core_record *records,
                      uint32_t record_capacity)
{
    *s = (struct core_shadow){
        .log = log,
        .owner = owner,
        .set_words = set_words,
        .set_used = 1, /* set 0 would read as "none" */
        .set_capacity = set_capacity,
        .set_buckets = set_buckets,
        .set_bucket_mask =
            CORE_SET_BUCKETS < set_bucket_count ? CORE_SET_BUCKETS - 1 : set_bucket_count - 1,
        .set_bucket_most = set_bucket_count - 1,
        .records = records,
        .record_used = 1,
        .record_capacity = record_capacity,
    };
}
