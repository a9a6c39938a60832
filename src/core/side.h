/*
 * The side tables of the shadow: interned sets of entries, and records. Private to core/.
 *
 * A set never changes, so who has its number may read it without a lock. A record belongs to one
 * word or half of a word and is read and written by who holds its cell; free ones are a list.
 */
#ifndef REPRISE_CORE_SIDE_H
#define REPRISE_CORE_SIDE_H

#include "shadow.h"

enum { RECORD_SLOTS = 4 };

/* The number in W = TAG | record, of up to 8 Mi. */
static inline uint32_t record_of(uint32_t w)
{
    return w & (CORE_WROTE - 1);
}

static inline const uint32_t *set_entries(const struct core_shadow *s, uint32_t r, unsigned *n)
{
    uint32_t at = r & ~(CORE_TAG | CORE_SET_FULL);
    *n = s->set_words[at];
    return &s->set_words[at + 1];
}

static inline uint32_t set_hash(const uint32_t *e, unsigned n)
{
    uint64_t h = n;
    for (unsigned i = 0; i < n; i++)
        h = core_mix(h ^ e[i]);
    return (uint32_t)h;
}

static inline bool set_equal(const uint32_t *words, const uint32_t *e, unsigned n)
{
    if (words[0] != n)
        return false;
    for (unsigned i = 0; i < n; i++)
        if (words[i + 1] != e[i])
            return false;
    return true;
}

static inline void sort_entries(uint32_t *e, unsigned n)
{
    /* insertion: the list is sorted but for the entry just added */
    for (unsigned i = 1; i < n; i++) {
        uint32_t x = e[i];
        unsigned j = i;
        for (; j > 0 && e[j - 1] > x; j--)
            e[j] = e[j - 1];
        e[j] = x;
    }
}

/* Puts all sets into more buckets: many buckets from the start are memory touched all over. */
CORE_COLD static void sets_spread(struct core_shadow *s)
{
    for (uint32_t i = 0; i <= s->set_bucket_mask; i++)
        __atomic_store_n(&s->set_buckets[i], 0, __ATOMIC_RELAXED);
    uint32_t mask = s->set_bucket_mask << 2 | 3;
    mask = mask < s->set_bucket_most ? mask : s->set_bucket_most;
    __atomic_store_n(&s->set_bucket_mask, mask, __ATOMIC_RELAXED);
    for (uint32_t at = 2; at <= s->set_used; at += s->set_words[at] + 2) {
        const uint32_t *set = &s->set_words[at];
        uint32_t *bucket = &s->set_buckets[set_hash(set + 1, *set) & s->set_bucket_mask];
        /* release: pairs with set_find */
        __atomic_store_n(&s->set_words[at - 1], *bucket, __ATOMIC_RELEASE);
        __atomic_store_n(bucket, at, __ATOMIC_RELEASE);
    }
}

/* 0: it is not there. Needs no lock: chains lead to lower numbers, also while they are spread, and
 * then may lack some. */
static inline uint32_t set_find(const struct core_shadow *s, uint32_t hash, const uint32_t *e,
                                unsigned n)
{
    uint32_t mask = __atomic_load_n(&s->set_bucket_mask, __ATOMIC_RELAXED);
    /* acquire: the set is complete */
    uint32_t at = __atomic_load_n(&s->set_buckets[hash & mask], __ATOMIC_ACQUIRE);
    while (at && !set_equal(&s->set_words[at], e, n))
        at = __atomic_load_n(&s->set_words[at - 1], __ATOMIC_ACQUIRE);
    return at;
}

/* With the lock. 0 when the table is full. */
static inline uint32_t set_add(struct core_shadow *s, uint32_t hash, const uint32_t *e, unsigned n)
{
    uint32_t at = s->set_used + 1, *bucket = &s->set_buckets[hash & s->set_bucket_mask];

    if (s->set_used + n + 2 > s->set_capacity) {
        s->exhausted = s->crowded = true;
        return 0;
    }
    s->set_words[at - 1] = *bucket;
    s->set_words[at] = n;
    for (unsigned i = 0; i < n; i++)
        s->set_words[at + 1 + i] = e[i];
    s->set_used += n + 2;
    /* release: pairs with set_find */
    __atomic_store_n(bucket, at, __ATOMIC_RELEASE);
    if (core_unlikely(++s->set_count > 2 * s->set_bucket_mask) &&
        s->set_bucket_mask < s->set_bucket_most)
        sets_spread(s);
    if (core_unlikely(s->set_used > s->set_capacity - s->set_capacity / 8))
        s->crowded = true;
    return at;
}

/* Interned, so that equal states are equal words. 0 when the table is full. */
static inline uint32_t set_intern(struct core_shadow *s, uint32_t *e, unsigned n)
{
    sort_entries(e, n);
    uint32_t hash = set_hash(e, n), at = set_find(s, hash, e, n);

    if (!at) {
        core_lock_acquire(&s->set_lock);
        at = set_find(s, hash, e, n);
        if (!at)
            at = set_add(s, hash, e, n);
        core_lock_release(&s->set_lock);
    }
    return at ? CORE_TAG | at : 0;
}

static inline uint32_t record_alloc(struct core_shadow *s)
{
    uint32_t i = 0;
    core_lock_acquire(&s->record_lock);
    if (s->record_free) {
        i = s->record_free;
        s->record_free = s->records[i].w[0];
    } else if (s->record_used < s->record_capacity) {
        i = s->record_used++;
    } else {
        s->exhausted = s->crowded = true;
    }
    s->record_live += i != 0;
    if (core_unlikely(s->record_live > s->record_capacity - s->record_capacity / 8))
        s->crowded = true;
    core_lock_release(&s->record_lock);
    return i;
}

static inline void record_drop(struct core_shadow *s, uint32_t i)
{
    if (!i)
        return;
    core_lock_acquire(&s->record_lock);
    s->records[i].w[0] = s->record_free;
    s->record_free = i;
    s->record_live--;
    core_lock_release(&s->record_lock);
}

#endif
