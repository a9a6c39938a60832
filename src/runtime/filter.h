/*
 * What a thread has accessed lately, in its present epoch: a small table that only the thread
 * itself uses, for accesses that the quick look at the cells cannot decide (a record, a set, both
 * halves of a word, two words).
 *
 * An entry says of one word which bytes were read or written, and which were written. While it
 * stands, an access of this epoch to those bytes is in the shadow, or what has taken its place
 * there happened after it: nobody can be ordered after an epoch that hasn't ended. The one
 * exception is an access that races with it. Whoever finds a race therefore calls rt_filters_void,
 * and so does who forgets shadow that may be another thread's; a thread that frees or allocates, or
 * whose epoch ends, empties its own. An access that meets its filter before the word of that comes
 * through counts as earlier.
 *
 * Go's memory is freed by its collector: nobody has a pointer to it any more, so it is enough that
 * all filters become void once after the marking and before the sweeping (go/memory.c). Stacks are
 * freed when a goroutine's moves: it then empties its own (go/race.c).
 */
#ifndef REPRISE_RUNTIME_FILTER_H
#define REPRISE_RUNTIME_FILTER_H

#include "../core/shadow.h"
#include "rt.h"
#include "shadow_map.h"

enum {
    RT_FILTER_BITS = 11,
    RT_FILTER_WORDS = 1 << RT_FILTER_BITS,
    RT_FILTER_TAG = 16, /* word number above RT_FILTER_BITS, over two masks of eight bytes */
    RT_FILTER_STAMP = RT_FILTER_TAG + 47 - 3 - RT_FILTER_BITS,
    RT_FILTER_SET_BITS = 5,
};

struct rt_filter {
    uint64_t stamp; /* of entries that hold, in its place; never 0 */
    uint32_t voids; /* rt_filter_voids when it was emptied last */
    rt_addr stack;  /* Go: where the goroutine's stack ended then */
    uint64_t word[RT_FILTER_WORDS];
    uint64_t set[1 << RT_FILTER_SET_BITS]; /* stamp, mask of four bytes, R */
};

/* How often all filters became void. Relaxed: who is ordered after the cause sees it. */
extern uint32_t rt_filter_voids RT_OURS;

CORE_INLINE void rt_filters_void(void)
{
    __atomic_fetch_add(&rt_filter_voids, 1, __ATOMIC_RELAXED);
}

/* The stamps have come round: zeroes the table. */
void rt_filter_wrap(struct rt_filter *f);

CORE_INLINE void rt_filter_empty(struct rt_filter *f)
{
    if (!f)
        return;
    f->stamp += 1ull << RT_FILTER_STAMP;
    if (core_unlikely(!f->stamp))
        rt_filter_wrap(f);
}

CORE_INLINE uint64_t *rt_filter_entry(struct rt_filter *f, rt_addr a)
{
    return &f->word[(a >> 3) & (RT_FILTER_WORDS - 1)];
}

CORE_INLINE uint64_t rt_filter_tag(const struct rt_filter *f, rt_addr a)
{
    return f->stamp | (a >> (3 + RT_FILTER_BITS)) << RT_FILTER_TAG;
}

/* Of bytes (a mask of eight) of the word of a. */
CORE_INLINE bool rt_filter_has(struct rt_filter *f, rt_addr a, unsigned bytes, bool write)
{
    uint64_t want = (uint64_t)bytes << (write ? 8 : 0);
    uint64_t tag = ~0ull << RT_FILTER_TAG;
    return ((*rt_filter_entry(f, a) ^ (rt_filter_tag(f, a) | want)) & (tag | want)) == 0;
}

CORE_INLINE void rt_filter_put(struct rt_filter *f, rt_addr a, unsigned bytes, bool write)
{
    uint64_t *e = rt_filter_entry(f, a), tag = rt_filter_tag(f, a);
    uint64_t masks = write ? bytes | bytes << 8 : bytes;
    *e = (*e ^ tag) >> RT_FILTER_TAG ? tag | masks : *e | masks;
}

/* Did no filter become void since it was emptied? */
CORE_INLINE bool rt_filter_holds(const struct rt_filter *f)
{
    return core_likely(f->voids == __atomic_load_n(&rt_filter_voids, __ATOMIC_RELAXED));
}

/* Empties it when all filters became void. Before it is asked. */
CORE_INLINE void rt_filter_heed_voids(struct rt_filter *f)
{
    uint32_t voids = __atomic_load_n(&rt_filter_voids, __ATOMIC_RELAXED);
    if (core_unlikely(f->voids != voids)) {
        f->voids = voids;
        rt_filter_empty(f);
    }
}

/* Is an access of up to eight bytes known? */
CORE_INLINE bool rt_filter_knows(struct rt_filter *f, rt_addr a, unsigned size, bool write)
{
    unsigned bytes = ((1u << size) - 1) << (a & 7);

    rt_filter_heed_voids(f);
    return rt_filter_has(f, a, bytes & 0xff, write) &&
           (!(bytes >> 8) || rt_filter_has(f, a + 8, bytes >> 8, write));
}

/*
 * Many words that the same threads read have the same set of readers. One look at it tells that
 * reads by this thread, in this epoch, are among them, and of which of the four bytes; that holds
 * for each word or half that has the set.
 */

/* The cell that speaks for the access, which is within one half, or within a full word; 0: none.
 * relaxed: a hint, and sets aren't looked at */
CORE_INLINE uint64_t rt_filter_cell(rt_addr a)
{
    if (a & 4) {
        uint64_t high = __atomic_load_n(rt_cell_q(a), __ATOMIC_RELAXED);
        if (high && high != CORE_CELL_DEAD)
            return high;
    }
    uint64_t c = __atomic_load_n(rt_cell_p(a), __ATOMIC_RELAXED);
    return (a & 4) && !(c >> 32 & CORE_SET_FULL) ? 0 : c;
}

/* Which of the set's four bytes it reads; 0: c has no set, or doesn't speak for all of it. */
CORE_INLINE unsigned rt_filter_set_mask(uint64_t c, rt_addr a, unsigned size)
{
    uint32_t w = (uint32_t)c, r = (uint32_t)(c >> 32);
    if ((w & CORE_TAG) || !(r & CORE_TAG))
        return 0;
    if (r & CORE_SET_FULL)
        return (a & 7) + size <= 8 ? 15 : 0;
    return (a & 3) + size <= 4 ? ((1u << size) - 1) << (a & 3) : 0;
}

CORE_INLINE uint64_t *rt_filter_set(struct rt_filter *f, uint32_t r)
{
    return &f->set[r * 0x9e3779b1u >> (32 - RT_FILTER_SET_BITS)];
}

/* Of a read. */
CORE_INLINE bool rt_filter_knows_set(struct rt_filter *f, rt_addr a, unsigned size)
{
    uint64_t c = rt_filter_cell(a);
    unsigned mask = rt_filter_set_mask(c, a, size);
    uint64_t known = *rt_filter_set(f, (uint32_t)(c >> 32)) ^ (f->stamp | c >> 32);
    return mask && known >> 32 < 16 && !((uint32_t)known | (mask & ~(known >> 32)));
}

/* Reads of these bytes by this thread, in this epoch, are in set R. */
CORE_INLINE void rt_filter_add_set(struct rt_filter *f, uint32_t r, unsigned mask)
{
    *rt_filter_set(f, r) = f->stamp | (uint64_t)mask << 32 | r;
}

/* In one way or the other. */
CORE_INLINE bool rt_filter_knows_access(struct rt_filter *f, rt_addr a, unsigned size, bool write)
{
    return rt_filter_knows(f, a, size, write) || (!write && rt_filter_knows_set(f, a, size));
}

/* It is in the shadow now. */
CORE_INLINE void rt_filter_add(struct rt_filter *f, rt_addr a, unsigned size, bool write)
{
    unsigned bytes = ((1u << size) - 1) << (a & 7);
    rt_filter_put(f, a, bytes & 0xff, write);
    if (bytes >> 8)
        rt_filter_put(f, a + 8, bytes >> 8, write);
}

#endif
