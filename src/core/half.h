/*
 * One half of a word, unpacked and packed again; sets and records. Private to shadow.c and
 * compact.c, which both want these inlined.
 *
 * What stands in the cell itself: one write and one access; or two writes of different bytes, the
 * newer in W and the older in R ("layered": what a thread leaves that begins to write again, byte
 * by byte, what it wrote before). A plain write in R that is not W's own tells the latter from the
 * former. More accesses of the same bytes are an interned (sorted) set, everything else is a
 * record. A write's own entry in R may always go: W stands for it.
 */
#ifndef REPRISE_CORE_HALF_H
#define REPRISE_CORE_HALF_H

#include "shadow.h"

/* ---- the state of one half of a word, unpacked ---- */

enum { HALF_WRITES = 5, HALF_SMALL = 24, RECORD_SLOTS = 4 };

struct half {
    uint32_t w[HALF_WRITES]; /* disjoint masks */
    unsigned nw, nr, cap;
    uint32_t *r;     /* one entry an id; masks may overlap between ids */
    uint32_t record; /* the record it came from, to be reused; 0 = none */
    uint32_t small[HALF_SMALL];
};

static inline bool is_special(uint32_t w)
{
    return w >= (uint32_t)CORE_CELL_SPLIT; /* or BUSY; no record has such a number */
}

static inline bool cell_has_record(uint64_t c)
{
    return ((uint32_t)c & CORE_TAG) && !is_special((uint32_t)c);
}

static inline bool cell_has_set(uint64_t c)
{
    return !((uint32_t)c & CORE_TAG) && c >> 63;
}

static inline const uint32_t *set_entries(const struct core_shadow *s, uint32_t r, unsigned *n)
{
    uint32_t at = r & ~(CORE_TAG | CORE_SET_FULL);
    *n = s->set_words[at];
    return &s->set_words[at + 1];
}

/* Room for the entries of r and the one or two that an access adds. */
static inline void half_reserve(struct half *h, unsigned n)
{
    h->r = h->small;
    h->cap = HALF_SMALL;
    if (core_unlikely(n + 2 > HALF_SMALL)) {
        h->cap = n + 2;
        h->r = core_alloc(h->cap * sizeof *h->r);
    }
}

static inline void half_release(struct half *h)
{
    if (core_unlikely(h->r != h->small))
        core_free(h->r, h->cap * sizeof *h->r);
}

static inline bool kind_is_plain_write(unsigned kind)
{
    return (kind & (CORE_KIND_WRITE | CORE_KIND_ATOMIC)) == CORE_KIND_WRITE;
}

/* Of a cell without side tables. */
static inline bool half_is_layered(const struct core_shadow *s, uint32_t w, uint32_t r)
{
    return w && r && w >> 4 != r >> 4 && kind_is_plain_write(core_kind(s, r));
}

static inline uint32_t with_mask(uint32_t e)
{
    return e & 15 ? e : e | 15;
}

static inline void half_add_reads(const struct core_shadow *s, struct half *h, uint32_t r)
{
    if (r & CORE_TAG) {
        unsigned n;
        const uint32_t *e = set_entries(s, r, &n);
        half_reserve(h, n);
        for (unsigned i = 0; i < n; i++)
            h->r[h->nr++] = e[i];
    } else {
        half_reserve(h, RECORD_SLOTS);
        if (r)
            h->r[h->nr++] = with_mask(r);
    }
}

static inline void half_decode(const struct core_shadow *s, struct half *h, uint64_t cell)
{
    uint32_t w = (uint32_t)cell, r = (uint32_t)(cell >> 32);

    h->nw = h->nr = 0;
    h->record = 0;
    if (!(w & CORE_TAG)) {
        if (!(r & CORE_TAG) && half_is_layered(s, w, r)) {
            h->w[h->nw++] = r;
            r = 0;
        }
        if (w)
            h->w[h->nw++] = with_mask(w);
        half_add_reads(s, h, r);
        return;
    }
    if (is_special(w)) {
        half_reserve(h, 0);
        return;
    }
    h->record = w & ~CORE_TAG;
    const struct core_record *x = &s->records[h->record];
    for (unsigned i = 0; i < RECORD_SLOTS && x->w[i]; i++)
        h->w[h->nw++] = x->w[i];
    half_add_reads(s, h, x->r[0]);
    if (!(x->r[0] & CORE_TAG))
        for (unsigned i = 1; i < RECORD_SLOTS && x->r[i]; i++)
            h->r[h->nr++] = x->r[i];
}

/* ---- side tables ---- */

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
        s->set_buckets[i] = 0;
    uint32_t mask = s->set_bucket_mask << 2 | 3;
    s->set_bucket_mask = mask < s->set_bucket_most ? mask : s->set_bucket_most;
    for (uint32_t at = 2; at <= s->set_used; at += s->set_words[at] + 2) {
        const uint32_t *set = &s->set_words[at];
        uint32_t *bucket = &s->set_buckets[set_hash(set + 1, *set) & s->set_bucket_mask];
        s->set_words[at - 1] = *bucket;
        *bucket = at;
    }
}

/* Interned, so that equal states are equal words. 0 when the table is full. */
static inline uint32_t set_intern(struct core_shadow *s, uint32_t *e, unsigned n)
{
    sort_entries(e, n);
    uint32_t hash = set_hash(e, n), at;

    core_lock_acquire(&s->set_lock);
    uint32_t *bucket = &s->set_buckets[hash & s->set_bucket_mask];
    for (at = *bucket; at; at = s->set_words[at - 1])
        if (set_equal(&s->set_words[at], e, n))
            goto out;
    if (s->set_used + n + 2 <= s->set_capacity) {
        at = s->set_used + 1;
        s->set_words[at - 1] = *bucket;
        s->set_words[at] = n;
        for (unsigned i = 0; i < n; i++)
            s->set_words[at + 1 + i] = e[i];
        s->set_used += n + 2;
        *bucket = at;
        if (core_unlikely(++s->set_count > 2 * s->set_bucket_mask) &&
            s->set_bucket_mask < s->set_bucket_most)
            sets_spread(s);
        s->crowded |= s->set_used > s->set_capacity - s->set_capacity / 8;
    } else {
        s->exhausted = s->crowded = true;
    }
out:
    core_lock_release(&s->set_lock);
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
        s->exhausted = true;
    }
    s->record_live += i != 0;
    s->crowded |= s->exhausted || s->record_live > s->record_capacity - s->record_capacity / 8;
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

static inline void cell_drop(struct core_shadow *s, uint64_t cell)
{
    if (cell_has_record(cell))
        record_drop(s, (uint32_t)cell & ~CORE_TAG);
}

/* ---- packing ---- */

static inline bool masks_equal(const uint32_t *e, unsigned n)
{
    for (unsigned i = 1; i < n; i++)
        if ((e[i] & 15) != (e[0] & 15))
            return false;
    return true;
}

static inline uint64_t encode_record(struct core_shadow *s, struct half *h)
{
    uint32_t i = h->record ? h->record : record_alloc(s);
    if (!i) { /* table full: remember the newest only */
        uint32_t w = h->nw ? h->w[h->nw - 1] : 0;
        return CORE_CELL(w, w ? w : h->r[h->nr - 1]);
    }
    struct core_record *x = &s->records[i];
    *x = (struct core_record){0};
    for (unsigned k = 0; k < h->nw; k++)
        x->w[k] = h->w[k];
    if (h->nr <= RECORD_SLOTS) {
        for (unsigned k = 0; k < h->nr; k++)
            x->r[k] = h->r[k];
    } else {
        uint32_t last = h->r[h->nr - 1];
        uint32_t set = set_intern(s, h->r, h->nr);
        x->r[0] = set ? set : last;
    }
    h->record = 0; /* kept */
    return CORE_CELL(CORE_TAG | i, 0);
}

/* Entries of R that W stands for. */
static inline void drop_copies(struct half *h)
{
    unsigned n = 0;
    for (unsigned i = 0; i < h->nr; i++) {
        bool copy = false;
        for (unsigned k = 0; k < h->nw; k++)
            copy |= h->r[i] >> 4 == h->w[k] >> 4;
        if (!copy)
            h->r[n++] = h->r[i];
    }
    h->nr = n;
}

static inline bool any_atomic(const struct core_shadow *s, const struct half *h)
{
    for (unsigned i = 0; i < h->nr; i++)
        if (core_kind(s, h->r[i]) & CORE_KIND_ATOMIC)
            return true;
    return false;
}

/* In which form more accesses of the same bytes are kept. Sets are for what many words have in
 * common; a word that is read or changed anew in each epoch has another one after each, and a
 * record of its own serves it better. */
enum half_form {
    HALF_FULL,  /* of a full word, which has no records */
    HALF_USUAL, /* a set, but for atomics */
    HALF_LONE,  /* a record */
};

static inline bool wants_set(const struct core_shadow *s, const struct half *h, enum half_form form)
{
    if (h->nw > 1)
        return false;
    if (form == HALF_FULL || h->nr > RECORD_SLOTS)
        return true;
    return form == HALF_USUAL && masks_equal(h->r, h->nr) && !h->record && !any_atomic(s, h);
}

static inline uint64_t half_encode(struct core_shadow *s, struct half *h, enum half_form form)
{
    uint64_t cell;

    drop_copies(h);
    uint32_t w = h->nw ? h->w[0] : 0;
    if (h->nw <= 1 && h->nr <= 1) {
        cell = CORE_CELL(w, h->nr ? h->r[0] : w);
    } else if (h->nw == 2 && h->nr == 0 && !h->record) {
        cell = CORE_CELL(h->w[1], w);
    } else if (wants_set(s, h, form)) {
        uint32_t last = h->r[h->nr - 1];
        uint32_t set = set_intern(s, h->r, h->nr);
        cell = CORE_CELL(w, set ? set : last);
    } else {
        cell = encode_record(s, h);
    }
    record_drop(s, h->record);
    h->record = 0;
    return cell;
}

/* ---- full words and halves ---- */

static inline bool cell_is_full(uint64_t c)
{
    uint32_t w = (uint32_t)c, r = (uint32_t)(c >> 32);
    if (c == 0 || (w & CORE_TAG))
        return false;
    return r & CORE_TAG ? (r & CORE_SET_FULL) != 0 : (r & 15) == 0;
}

static inline uint64_t full_to_half(uint64_t c)
{
    uint32_t w = (uint32_t)c, r = (uint32_t)(c >> 32);
    return CORE_CELL(w ? w | 15 : 0, r & CORE_TAG ? r & ~CORE_SET_FULL : r | 15);
}

/* Can this half's cell speak for both halves? */
static inline bool half_is_uniform(const struct core_shadow *s, uint64_t c)
{
    uint32_t w = (uint32_t)c, r = (uint32_t)(c >> 32);
    if (!r || (w & CORE_TAG) || (w && (w & 15) != 15))
        return false;
    if (!(r & CORE_TAG))
        return (r & 15) == 15;
    unsigned n;
    const uint32_t *e = set_entries(s, r, &n);
    for (unsigned i = 0; i < n; i++)
        if ((e[i] & 15) != 15)
            return false;
    return true;
}

static inline uint64_t half_to_full(uint64_t c)
{
    uint32_t w = (uint32_t)c, r = (uint32_t)(c >> 32);
    return CORE_CELL(w & ~15u, r & CORE_TAG ? r | CORE_SET_FULL : r & ~15u);
}

static inline bool cell_is_freed(uint64_t c)
{
    return (uint32_t)c == CORE_FREED;
}

#endif
