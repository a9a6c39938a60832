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
 */
#ifndef REPRISE_RUNTIME_FILTER_H
#define REPRISE_RUNTIME_FILTER_H

#include "../core/shadow.h"
#include "rt.h"

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
    uint64_t word[RT_FILTER_WORDS];
    uint64_t set[1 << RT_FILTER_SET_BITS]; /* stamp, and R of words that this thread reads, too */
};

/* How often all filters became void. Relaxed: who is ordered after the cause sees it. */
extern uint32_t rt_filter_voids;

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
 * Many words that the same threads read have the same set of readers. One look at it tells that a
 * read by this thread, in this epoch, is among them, and that holds for each word that has the set.
 * c: the word's P; the read is of some bytes within the word.
 */
CORE_INLINE bool rt_filter_is_set(uint64_t c, rt_addr a, unsigned size)
{
    uint32_t w = (uint32_t)c, r = (uint32_t)(c >> 32);
    return !(w & CORE_TAG) && (r & CORE_TAG) && (a & 7) + size <= (r & CORE_SET_FULL ? 8 : 4);
}

CORE_INLINE unsigned rt_filter_set_place(uint32_t r)
{
    return r * 0x9e3779b1u >> (32 - RT_FILTER_SET_BITS);
}

CORE_INLINE bool rt_filter_knows_set(const struct rt_filter *f, uint64_t c, rt_addr a,
                                     unsigned size)
{
    uint32_t r = (uint32_t)(c >> 32);
    return rt_filter_is_set(c, a, size) && f->set[rt_filter_set_place(r)] == (f->stamp | r);
}

CORE_INLINE void rt_filter_add_set(struct rt_filter *f, uint64_t c)
{
    uint32_t r = (uint32_t)(c >> 32);
    f->set[rt_filter_set_place(r)] = f->stamp | r;
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
