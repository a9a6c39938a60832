/*
 * The commonest accesses that the quick look doesn't know, for the caller to have in its own code:
 * plain, to a whole word or to bytes of one half, where the cell has neither set nor record, and
 * without a conflict. One load of the cell, one compare-and-swap. Whatever it isn't sure of is for
 * core_shadow_access, which it never contradicts.
 */
#ifndef REPRISE_CORE_NEAR_H
#define REPRISE_CORE_NEAR_H

#include "half_access.h"

struct core_near {
    uint64_t *cell, c; /* the word's or half's, and what was there */
    unsigned mask;     /* of the half's four bytes; 0: the whole word */
};

/* Where the bytes of mask8 are. False: not in one place, or what is there is not simple. */
CORE_INLINE bool core_near_find(struct core_near *n, uint64_t *p, uint64_t *q, unsigned mask8)
{
    bool whole = mask8 == 0xff, high = !(mask8 & 15);

    if (!whole && !high && mask8 >> 4)
        return false;
    n->cell = high ? q : p;
    n->mask = whole ? 0 : high ? mask8 >> 4 : mask8;
    /* acquire: the owners' rows of the entries are there */
    n->c = __atomic_load_n(n->cell, __ATOMIC_ACQUIRE);
    if (n->c & CORE_CELL(CORE_TAG, CORE_TAG))
        return false;
    if (whole)
        return core_cell_plain_full(n->c);
    if (n->c)
        return high || (n->c >> 32 & 15);
    if (!high)
        return true;
    /* Nothing in Q: it may be used if the word is split, and whoever ends that leaves DEAD in it.
     * acquire: Q is at least as new */
    return cell_is_split(__atomic_load_n(p, __ATOMIC_ACQUIRE)) &&
           !__atomic_load_n(q, __ATOMIC_ACQUIRE);
}

/* True: an access of this epoch by the same thread stands for this one. */
CORE_INLINE bool core_near_knows(const struct core_shadow *s, const struct core_actor *a,
                                 const struct core_near *n, bool write)
{
    uint32_t w = (uint32_t)n->c, r = (uint32_t)(n->c >> 32);

    if (is_mine_now(a, w) && !(n->mask & ~w))
        return true;
    return !write && is_mine_now(a, r) && !(n->mask & ~r) && stands_for(s, r, 0);
}

/* Puts the access of this id there. False: it isn't as simple as that, or somebody was faster. */
CORE_INLINE bool core_near_change(const struct core_shadow *s, const struct core_actor *a,
                                  const struct core_near *n, core_id id, bool write)
{
    uint64_t from = n->c, to = from;
    uint32_t w = (uint32_t)from, r = (uint32_t)(from >> 32), e = id << 4;

    if (n->mask) {
        if (!half_quick(s, a, &to, n->mask, id, write ? CORE_KIND_WRITE : 0))
            return false;
    } else {
        if ((r && !core_ordered(s, a, r)) || (w && w != r && !core_ordered(s, a, w)) ||
            (r && !write && !kind_covers(0, core_kind(s, r))))
            return false;
        to = CORE_CELL(write ? e : w, e);
    }
    /* release: the log row of id is there before the id can be found */
    return __atomic_compare_exchange_n(n->cell, &from, to, false, __ATOMIC_RELEASE,
                                       __ATOMIC_RELAXED);
}

#endif
