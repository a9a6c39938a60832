/*
 * One half of a word, unpacked and packed again; sets and records. Private to shadow.c and
 * compact.c, which both want these inlined.
 *
 * What stands in the cell itself: one write and one access; or two writes of different bytes, the
 * newer in W and the older in R ("layered": what a thread leaves that begins to write again, byte
 * by byte, what it wrote before). A plain write in R that is not W's own tells the latter from the
 * former. More accesses beside one write are an interned (sorted) set if other words have it, too,
 * or there are many, everything else is a record: with BYTES, where no byte has more than one
 * reader, an entry without a mask for each byte and the bytes' writes' own entries in r, too (w[i]
 * and r[i] are a cell of byte i); else lists of up to four entries each. A full word's record is
 * one with lists (with WHOLE in its W), whose masks are all 15. In a decoded half a write's own
 * entry in r may always go: w stands for it.
 */
#ifndef REPRISE_CORE_HALF_H
#define REPRISE_CORE_HALF_H

#include "side.h"

/* ---- the state of one half of a word, unpacked ---- */

enum { HALF_WRITES = 5, HALF_SMALL = 24 };

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

static inline unsigned add_entry(uint32_t *e, unsigned n, core_id id, unsigned mask)
{
    for (unsigned i = 0; i < n; i++)
        if (e[i] >> 4 == id) {
            e[i] |= mask;
            return n;
        }
    e[n] = id << 4 | mask;
    return n + 1;
}

static inline void half_decode_bytes(struct half *h, const struct core_record *x)
{
    half_reserve(h, RECORD_SLOTS);
    for (unsigned i = 0; i < RECORD_SLOTS; i++) {
        if (x->w[i])
            h->nw = add_entry(h->w, h->nw, x->w[i] >> 4, 1u << i);
        if (x->r[i] && x->r[i] != x->w[i])
            h->nr = add_entry(h->r, h->nr, x->r[i] >> 4, 1u << i);
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
    h->record = record_of(w);
    const struct core_record *x = &s->records[h->record];
    if (w & CORE_BYTES) {
        half_decode_bytes(h, x);
        return;
    }
    for (unsigned i = 0; i < RECORD_SLOTS && x->w[i]; i++)
        h->w[h->nw++] = x->w[i];
    half_add_reads(s, h, x->r[0]);
    if (!(x->r[0] & CORE_TAG))
        for (unsigned i = 1; i < RECORD_SLOTS && x->r[i]; i++)
            h->r[h->nr++] = x->r[i];
}

static inline void cell_drop(struct core_shadow *s, uint64_t cell)
{
    if (cell_has_record(cell))
        record_drop(s, record_of((uint32_t)cell));
}

/* ---- packing ---- */

static inline bool one_reader_each(const struct half *h)
{
    unsigned seen = 0;
    for (unsigned i = 0; i < h->nr; seen |= h->r[i++])
        if (h->r[i] & seen & 15)
            return false;
    return true;
}

static inline void put_bytes(uint32_t *bytes, uint32_t e)
{
    for (unsigned i = 0; i < RECORD_SLOTS; i++)
        if (e >> i & 1)
            bytes[i] = e & ~15u;
}

static inline void half_encode_bytes(struct core_record *x, const struct half *h)
{
    for (unsigned k = 0; k < h->nw; k++) {
        put_bytes(x->w, h->w[k]);
        put_bytes(x->r, h->w[k]);
    }
    for (unsigned k = 0; k < h->nr; k++)
        put_bytes(x->r, h->r[k]);
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
    if (one_reader_each(h)) {
        h->record = 0; /* kept */
        half_encode_bytes(x, h);
        return CORE_CELL(CORE_TAG | CORE_BYTES | i, 0);
    }
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

/* In which form several accesses are kept. Sets are for what many words have in common; a word that
 * is read or changed anew in each epoch has another one after each, and a record of its own serves
 * it better. */
enum half_form {
    HALF_SET,  /* unless there are atomics */
    HALF_LONE, /* a record */
};

static inline bool wants_set(const struct core_shadow *s, const struct half *h, enum half_form form)
{
    if (h->nw > 1)
        return false;
    if (h->nr > RECORD_SLOTS)
        return true;
    return form == HALF_SET && !h->record && !any_atomic(s, h);
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

/* A record stays one: halves that go their own ways need one each. */
static inline uint64_t full_to_half(uint64_t c)
{
    uint32_t w = (uint32_t)c, r = (uint32_t)(c >> 32);
    if (w & CORE_TAG)
        return CORE_CELL(w & ~CORE_WHOLE, r ? r | 15 : 0);
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
    if (w & CORE_TAG)
        return CORE_CELL(w | CORE_WHOLE, r & ~15u);
    return CORE_CELL(w & ~15u, r & CORE_TAG ? r | CORE_SET_FULL : r & ~15u);
}

static inline bool cell_is_freed(uint64_t c)
{
    return (uint32_t)c == CORE_FREED;
}

/* Of P: it is the low half's cell, and Q the high half's. */
static inline bool cell_is_split(uint64_t c)
{
    return c && c != CORE_CELL_BUSY && !core_cell_is_full(c) && !cell_is_freed(c);
}

#endif
