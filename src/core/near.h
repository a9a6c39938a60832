/*
 * The commonest accesses that the quick look doesn't know, for the caller to have in its own code:
 * plain, to a whole word or to bytes of one half, without a conflict and with nothing to be packed
 * anew. One load of the cell, one compare-and-swap. Whatever it isn't sure of is for
 * core_shadow_access, which it never contradicts.
 */
#ifndef REPRISE_CORE_NEAR_H
#define REPRISE_CORE_NEAR_H

#include "half_access.h"

struct core_near {
    uint64_t *cell, c; /* the word's or half's, and what was there */
    unsigned mask;     /* of a half's four bytes; of a word 15 */
    bool whole;
};

/* Nothing was in Q: it may be used if the word is split, and whoever ends that leaves DEAD in it.
 */
CORE_INLINE bool core_near_is_split(uint64_t *p, const uint64_t *q)
{
    /* acquire: Q is at least as new */
    uint64_t c = __atomic_load_n(p, __ATOMIC_ACQUIRE);

    /* relaxed: there is nothing behind SPLIT */
    if (!c && __atomic_compare_exchange_n(p, &c, CORE_CELL_SPLIT, false, __ATOMIC_RELAXED,
                                          __ATOMIC_RELAXED))
        c = CORE_CELL_SPLIT;
    return cell_is_split(c) && !__atomic_load_n(q, __ATOMIC_ACQUIRE);
}

/* Where the bytes of mask8 are. False: not in one place, or something else is there. A word that
 * nobody has accessed is split for its high half. */
CORE_INLINE bool core_near_find(struct core_near *n, uint64_t *p, uint64_t *q, unsigned mask8)
{
    bool high = !(mask8 & 15);

    n->whole = mask8 == 0xff;
    if (!n->whole && !high && mask8 >> 4)
        return false;
    n->cell = high ? q : p;
    n->mask = n->whole ? 15 : high ? mask8 >> 4 : mask8;
    /* acquire: the owners' rows of the entries are there, and a set is complete */
    n->c = __atomic_load_n(n->cell, __ATOMIC_ACQUIRE);
    if (is_special((uint32_t)n->c))
        return false;
    if (n->c)
        return high || n->whole == core_cell_is_full(n->c);
    return !high || core_near_is_split(p, q);
}

/* The same of a cell without side tables: anything else is false, too. */
CORE_INLINE bool core_near_find_simple(struct core_near *n, uint64_t *p, uint64_t *q,
                                       unsigned mask8)
{
    bool high = !(mask8 & 15);

    n->whole = mask8 == 0xff;
    if (!n->whole && !high && mask8 >> 4)
        return false;
    n->cell = high ? q : p;
    n->mask = n->whole ? 15 : high ? mask8 >> 4 : mask8;
    /* acquire: the owners' rows of the entries are there */
    n->c = __atomic_load_n(n->cell, __ATOMIC_ACQUIRE);
    if (n->c & CORE_CELL(CORE_TAG, CORE_TAG)) /* special values, too */
        return false;
    if (n->c)
        return high || n->whole == !(n->c >> 32 & 15);
    return !high || core_near_is_split(p, q);
}

/* An access to both halves that may not go to one after the other: the word isn't split, or should
 * not be any more. */
CORE_INLINE bool core_near_wants_word(const uint64_t *p, const uint64_t *q, unsigned mask8,
                                      unsigned kind)
{
    uint64_t low = __atomic_load_n(p, __ATOMIC_RELAXED),
             high = __atomic_load_n(q, __ATOMIC_RELAXED);
    return !cell_is_split(low) ||
           (mask8 == 0xff && ((kind & CORE_KIND_WRITE) || (uint32_t)low == (uint32_t)high));
}

CORE_INLINE uint64_t core_near_half(const struct core_near *n)
{
    return n->whole && n->c ? full_to_half(n->c) : n->c;
}

/* True: an access of this epoch by the same thread stands for this one. */
CORE_INLINE bool core_near_knows(const struct core_shadow *s, const struct core_actor *a,
                                 const struct core_near *n, unsigned kind)
{
    if (cell_has_record(n->c))
        return record_knows(s, a, n->cell, n->c, n->mask, kind);
    return half_cell_knows(s, a, n->cell, core_near_half(n), n->mask, kind);
}

/* release: the log row of the id in it is there before the id can be found. acquire: see the record
 * as its last holder left it */
CORE_INLINE bool core_near_swap(const struct core_near *n, uint64_t to)
{
    uint64_t from = n->c;
    return __atomic_compare_exchange_n(n->cell, &from, to, false, __ATOMIC_ACQ_REL,
                                       __ATOMIC_RELAXED);
}

CORE_INLINE bool core_near_change_record(struct core_shadow *s, const struct core_actor *a,
                                         const struct core_near *n, core_id id, unsigned kind)
{
    uint64_t before = core_near_half(n), c = before;

    if (!core_near_swap(n, CORE_CELL_BUSY))
        return false;
    bool done = record_quick(s, a, &c, n->mask, id, kind);
    c = with_hint(a, before, c, n->mask, id, kind);
    /* release: publishes the record */
    __atomic_store_n(n->cell, n->whole ? half_to_full(c) : c, __ATOMIC_RELEASE);
    return done;
}

/* What the access of this id makes of a cell without a record. False: it isn't as simple as that.
 */
CORE_INLINE bool core_near_result(const struct core_shadow *s, const struct core_actor *a,
                                  const struct core_near *n, core_id id, unsigned kind,
                                  uint64_t *to)
{
    uint64_t c = core_near_half(n);

    if (!half_quick(s, a, &c, n->mask, id, kind) && !half_memo(s, a, &c, n->mask, id, kind))
        return false;
    *to = n->whole ? half_to_full(c) : c;
    return true;
}

/* Does the latest access of such a cell stand for this one, where the quick look did not look, or
 * an older write beside a newer one? */
CORE_INLINE bool core_near_knows_simple(const struct core_shadow *s, const struct core_actor *a,
                                        const struct core_near *n, unsigned kind)
{
    uint32_t r = (uint32_t)(n->c >> 32) | (n->whole ? 15 : 0);
    return is_mine_now(a, r) && !(n->mask & ~r) && stands_for(s, r, kind);
}

/* The same as the next one, for a plain access to a cell that is simple and stays so. */
CORE_INLINE bool core_near_change_simple(const struct core_shadow *s, const struct core_actor *a,
                                         const struct core_near *n, core_id id, unsigned kind)
{
    const uint64_t masks = n->whole ? CORE_CELL(15, 15) : 0; /* that a whole word leaves out */
    uint64_t c = n->c;

    if (!c) {
        uint32_t e = id << 4 | n->mask;
        c = CORE_CELL(kind & CORE_KIND_WRITE ? e : 0, e);
    } else {
        c |= (uint32_t)c ? masks : masks & ~15ull;
        if (!(kind & CORE_KIND_WRITE ? half_write_quick(s, a, &c, n->mask, id)
                                     : half_read_quick(s, a, &c, n->mask, id)))
            return false;
    }
    c &= ~masks;
    return c == n->c || core_near_swap(n, c);
}

static inline bool core_near_change_pair(struct core_shadow *s, const struct core_actor *a,
                                         const struct core_near *n, core_id id, unsigned kind)
{
    uint64_t c = core_near_half(n);

    if ((kind & (CORE_KIND_WRITE | CORE_KIND_ATOMIC)) || !half_pair(s, a, &c, n->mask, id))
        return false;
    if (core_near_swap(n, n->whole ? half_to_full(c) : c))
        return true;
    cell_drop(s, c);
    return false;
}

/* Puts the access of this id there. False: it isn't as simple as that, or somebody was faster. */
static inline bool core_near_change(struct core_shadow *s, const struct core_actor *a,
                                    const struct core_near *n, core_id id, unsigned kind)
{
    uint64_t to;

    if (cell_has_record(n->c))
        return core_near_change_record(s, a, n, id, kind);
    if (core_near_result(s, a, n, id, kind, &to))
        return core_near_swap(n, to);
    return core_near_change_pair(s, a, n, id, kind);
}

/* Plain, to some bytes of a full word that has nothing in side tables: it falls into halves. False:
 * it isn't such a word, or it isn't as simple as that. */
static inline bool core_near_divide(const struct core_shadow *s, const struct core_actor *a,
                                    uint64_t *p, uint64_t *q, unsigned mask8, core_id id,
                                    unsigned kind)
{
    uint64_t c = __atomic_load_n(p, __ATOMIC_ACQUIRE); /* acquire: as above */

    if (!c || !core_cell_plain_full(c))
        return false;
    uint64_t before = full_to_half(c), low = before, high = before;
    if (((mask8 & 15) && !half_simple(s, a, &low, mask8 & 15, id, kind)) ||
        (mask8 >> 4 && !half_simple(s, a, &high, mask8 >> 4, id, kind)))
        return false;
    if (low == before && high == before)
        return true;
    /* P alone is enough: nobody touches Q while a word isn't split. release: as above */
    if (!__atomic_compare_exchange_n(p, &c, CORE_CELL_BUSY, false, __ATOMIC_ACQ_REL,
                                     __ATOMIC_RELAXED))
        return false;
    __atomic_store_n(q, high, __ATOMIC_RELAXED);
    __atomic_store_n(p, low, __ATOMIC_RELEASE); /* release: publishes Q */
    return true;
}

#endif
