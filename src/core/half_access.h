/*
 * One access to one half of a word: quickly where that decides it, in the general way else. Private
 * to shadow.c, which wants it inlined. Who calls half_access holds the cell, or tries to put what
 * comes out in the place of what went in, which only half_quick allows.
 */
#ifndef REPRISE_CORE_HALF_ACCESS_H
#define REPRISE_CORE_HALF_ACCESS_H

#include "half.h"

static inline bool kinds_conflict(unsigned a, unsigned b)
{
    return ((a | b) & CORE_KIND_WRITE) && !(a & b & CORE_KIND_ATOMIC);
}

/* Whatever conflicts with a conflicts with b too. Plain writes stay in W, so a copy in R of one
 * may always go. */
static inline bool kind_covers(unsigned b, unsigned a)
{
    enum { PLAIN_WRITE = CORE_KIND_WRITE, MASK = CORE_KIND_WRITE | CORE_KIND_ATOMIC };
    a &= MASK;
    b &= MASK;
    return a == b || a == PLAIN_WRITE || b == PLAIN_WRITE || a == CORE_KIND_ATOMIC;
}

CORE_INLINE bool is_mine_now(const struct core_actor *a, uint32_t e)
{
    return (e >> 4) - (a->window >> 4) < a->span;
}

static inline uint32_t find_conflict(const struct core_shadow *s, const struct core_actor *a,
                                     const struct half *h, unsigned mask, unsigned kind)
{
    for (unsigned i = 0; i < h->nr; i++)
        if ((h->r[i] & mask) && kinds_conflict(core_kind(s, h->r[i]), kind) &&
            !core_ordered(s, a, h->r[i]))
            return h->r[i];
    for (unsigned i = 0; i < h->nw; i++)
        if ((h->w[i] & mask) && kinds_conflict(CORE_KIND_WRITE, kind) &&
            !core_ordered(s, a, h->w[i]))
            return h->w[i];
    return 0;
}

static inline unsigned drop_empty(uint32_t *e, unsigned n)
{
    unsigned k = 0;
    for (unsigned i = 0; i < n; i++)
        if (e[i] & 15)
            e[k++] = e[i];
    return k;
}

static inline void half_write(struct half *h, unsigned mask, core_id id)
{
    for (unsigned i = 0; i < h->nw; i++)
        h->w[i] &= ~mask;
    for (unsigned i = 0; i < h->nr; i++)
        h->r[i] &= ~mask;
    h->nw = add_entry(h->w, drop_empty(h->w, h->nw), id, mask);
    h->nr = add_entry(h->r, drop_empty(h->r, h->nr), id, mask);
}

/* Readers that nobody waits for would gather without end, and each new one looks at all. So there
 * is room for so many; of those that come later one in eight takes the place of the oldest. */
static inline bool make_room(struct core_shadow *s, struct half *h, core_id id)
{
    enum { ONE_IN = 8 };

    if (!s->readers_max || h->nr < s->readers_max)
        return true;
    s->exhausted = true;
    if (core_mix(id) >> 32 & (ONE_IN - 1)) /* ids begin at round numbers */
        return false;
    for (unsigned i = 1; i < h->nr; i++)
        h->r[i - 1] = h->r[i];
    h->nr--;
    return true;
}

/* Everything but a plain write: later than W, beside others. False: it is not remembered. */
static inline bool half_share(struct core_shadow *s, const struct core_actor *a, struct half *h,
                              unsigned mask, core_id id, unsigned kind)
{
    for (unsigned i = 0; i < h->nr; i++)
        if ((h->r[i] & mask) && kind_covers(kind, core_kind(s, h->r[i])) &&
            core_ordered(s, a, h->r[i]))
            h->r[i] &= ~mask;
    h->nr = drop_empty(h->r, h->nr);
    if (!make_room(s, h, id))
        return false;
    h->nr = add_entry(h->r, h->nr, id, mask);
    return true;
}

/* True when an access of this epoch by the same thread already stands for this one. */
static inline bool half_knows(const struct core_shadow *s, const struct core_actor *a,
                              const struct half *h, unsigned mask, unsigned kind)
{
    unsigned seen = 0;
    for (unsigned i = 0; i < h->nw; i++) /* a plain write stands for any access */
        if (is_mine_now(a, h->w[i]))
            seen |= h->w[i];
    for (unsigned i = 0; i < h->nr && !kind_is_plain_write(kind); i++)
        if (is_mine_now(a, h->r[i]) && kind_covers(core_kind(s, h->r[i]), kind))
            seen |= h->r[i];
    return (mask & ~seen) == 0;
}

/*
 * What nearly all accesses to a half are: without a conflict, and no side tables are needed before
 * or after. Each of these returns false when it isn't so.
 */
CORE_INLINE bool apart_or_ordered(const struct core_shadow *s, const struct core_actor *a,
                                  uint32_t e, unsigned mask)
{
    return !(e & mask) || core_ordered(s, a, e);
}

/* W := what is written now, R := what is left of an older write, if anything. */
CORE_INLINE uint64_t layer(uint32_t newer, uint32_t older)
{
    return CORE_CELL(newer, older & 15 ? older : newer);
}

static inline bool write_layered(const struct core_shadow *s, const struct core_actor *a,
                                 uint64_t *cell, unsigned mask, core_id id)
{
    uint32_t newer = (uint32_t)*cell, older = (uint32_t)(*cell >> 32);

    if (!apart_or_ordered(s, a, newer, mask) || !apart_or_ordered(s, a, older, mask))
        return false;
    if (newer >> 4 == id)
        *cell = layer(newer | mask, older & ~mask);
    else if (older >> 4 == id)
        *cell = layer(older | mask, newer & ~mask);
    else if (!(newer & 15 & ~mask))
        *cell = layer(id << 4 | mask, older & ~mask);
    else if (!(older & 15 & ~mask))
        *cell = layer(id << 4 | mask, newer & ~mask);
    else
        return false;
    return true;
}

CORE_INLINE bool half_write_quick(const struct core_shadow *s, const struct core_actor *a,
                                  uint64_t *cell, unsigned mask, core_id id)
{
    uint32_t w = (uint32_t)*cell, r = (uint32_t)(*cell >> 32);

    if (is_mine_now(a, w) && !(mask & ~w))
        return true;
    if (w >> 4 != r >> 4) {
        if (half_is_layered(s, w, r))
            return write_layered(s, a, cell, mask, id);
        if ((r & 15 & ~mask) || !core_ordered(s, a, r)) /* a read that stays beside it */
            return false;
    }
    if (w && w >> 4 == id) {
        *cell = CORE_CELL(w | mask, w | mask);
        return true;
    }
    if (w && !apart_or_ordered(s, a, w, mask))
        return false;
    *cell = layer(id << 4 | mask, w & ~mask);
    return true;
}

CORE_INLINE bool half_read_quick(const struct core_shadow *s, const struct core_actor *a,
                                 uint64_t *cell, unsigned mask, core_id id)
{
    uint32_t w = (uint32_t)*cell, r = (uint32_t)(*cell >> 32), e = id << 4 | mask;

    if (is_mine_now(a, w) && !(mask & ~w))
        return true;
    if (w && !apart_or_ordered(s, a, w, mask))
        return false;
    if (r >> 4 == id)
        e |= r;
    else if (r >> 4 != w >> 4 && ((r & 15 & ~mask) || !core_ordered(s, a, r) ||
                                  (core_kind(s, r) & (CORE_KIND_ATOMIC | CORE_KIND_WRITE))))
        return false;
    *cell = CORE_CELL(w, e);
    return true;
}

static inline bool half_atomic_quick(const struct core_shadow *s, const struct core_actor *a,
                                     uint64_t *cell, unsigned mask, core_id id, unsigned kind)
{
    uint32_t w = (uint32_t)*cell, r = (uint32_t)(*cell >> 32), e = id << 4 | mask;

    if (w && !apart_or_ordered(s, a, w, mask))
        return false;
    if (r >> 4 == id)
        e |= r;
    else if (r >> 4 != w >> 4 &&
             ((r & 15 & ~mask) || !core_ordered(s, a, r) ||
              (w && kind_is_plain_write(core_kind(s, r))) || !kind_covers(kind, core_kind(s, r))))
        return false;
    *cell = CORE_CELL(w, e);
    return true;
}

/* Of a cell without side tables. */
static inline bool half_simple(const struct core_shadow *s, const struct core_actor *a,
                               uint64_t *cell, unsigned mask, core_id id, unsigned kind)
{
    if (kind & CORE_KIND_ATOMIC)
        return half_atomic_quick(s, a, cell, mask, id, kind);
    return kind & CORE_KIND_WRITE ? half_write_quick(s, a, cell, mask, id)
                                  : half_read_quick(s, a, cell, mask, id);
}

/* Are all readers of a set ordered before this access, which takes their place? */
static inline bool set_is_past(const struct core_shadow *s, const struct core_actor *a, uint32_t r,
                               unsigned mask, unsigned kind)
{
    unsigned n;
    const uint32_t *e = set_entries(s, r, &n);

    for (unsigned i = 0; i < n; i++)
        if ((e[i] & 15 & ~mask) || !core_ordered(s, a, e[i]) ||
            !kind_covers(kind, core_kind(s, e[i])))
            return false;
    return true;
}

/* Of a cell without a record. */
static inline bool half_quick(const struct core_shadow *s, const struct core_actor *a, uint64_t *at,
                              unsigned mask, core_id id, unsigned kind)
{
    uint64_t c = *at;

    if (c & CORE_TAG)
        return false;
    if (core_unlikely(c >> 63)) {
        if (!set_is_past(s, a, (uint32_t)(c >> 32), mask, kind))
            return false;
        c = CORE_CELL(c, c); /* as if they had not been */
    }
    if (!c) {
        uint32_t e = id << 4 | mask;
        *at = CORE_CELL(kind_is_plain_write(kind) ? e : 0, e);
        return true;
    }
    if (!half_simple(s, a, &c, mask, id, kind))
        return false;
    *at = c;
    return true;
}

/* ---- records ---- */

/* The same for a byte of a record with BYTES, which is a cell of its own. */
static inline bool byte_access(const struct core_shadow *s, const struct core_actor *a, uint32_t *w,
                               uint32_t *r, core_id id, unsigned kind)
{
    if (is_mine_now(a, *w))
        return true;
    if (*w && !core_ordered(s, a, *w))
        return false;
    if (kind_is_plain_write(kind)) {
        if (*r != *w && *r && !core_ordered(s, a, *r))
            return false;
        *w = *r = id << 4;
        return true;
    }
    if (*r != *w && *r) {
        if (!core_ordered(s, a, *r) || !kind_covers(kind, core_kind(s, *r)))
            return false;
    }
    *r = id << 4;
    return true;
}

static inline bool all_equal(const uint32_t *e)
{
    return e[0] == e[1] && e[0] == e[2] && e[0] == e[3];
}

/* What a byte could not decide itself (false) leaves the bytes before it changed, which is as if
 * they had been accessed first. */
static inline bool bytes_access(struct core_shadow *s, const struct core_actor *a, uint64_t *cell,
                                unsigned mask, core_id id, unsigned kind)
{
    uint32_t record = record_of((uint32_t)*cell);
    struct core_record *x = &s->records[record];

    for (unsigned left = mask; left; left &= left - 1) {
        unsigned i = (unsigned)__builtin_ctz(left);
        if (!byte_access(s, a, &x->w[i], &x->r[i], id, kind))
            return false;
    }
    if (all_equal(x->w) && all_equal(x->r)) {
        *cell = CORE_CELL(x->w[0] ? x->w[0] | 15 : 0, x->r[0] | 15);
        record_drop(s, record);
    }
    return true;
}

/* Anything but a plain write to what has a list: without a conflict, in the place of what it
 * covers. Others may be looking at it (list_knows). relaxed: they then look at the cell again. */
static inline bool list_share(struct core_shadow *s, const struct core_actor *a, uint64_t *cell,
                              unsigned mask, core_id id, unsigned kind)
{
    struct core_record *x = &s->records[record_of((uint32_t)*cell)];
    uint32_t keep[RECORD_SLOTS] = {0}, mine = id << 4 | mask;
    unsigned n = 0;

    for (unsigned i = 0; i < RECORD_SLOTS && x->w[i]; i++)
        if (!apart_or_ordered(s, a, x->w[i], mask))
            return false;
    if (x->r[0] & CORE_TAG)
        return false;
    for (unsigned i = 0; i < RECORD_SLOTS && x->r[i]; i++) {
        uint32_t e = x->r[i];
        if (e >> 4 == id) {
            mine |= e;
            continue;
        }
        if (e & mask) {
            unsigned known = core_kind(s, e);
            bool ordered = core_ordered(s, a, e);
            if (!ordered && kinds_conflict(known, kind))
                return false;
            if (ordered && kind_covers(kind, known))
                e &= ~mask;
        }
        if (e & 15)
            keep[n++] = e;
    }
    if (n == RECORD_SLOTS || (n == 0 && x->w[1]))
        return false;
    if (n == 0) { /* a list is too much */
        uint32_t record = record_of((uint32_t)*cell);
        *cell = CORE_CELL(x->w[0], mine);
        record_drop(s, record);
        return true;
    }
    keep[n] = mine;
    for (unsigned i = 0; i < RECORD_SLOTS; i++)
        __atomic_store_n(&x->r[i], keep[i], __ATOMIC_RELAXED);
    return true;
}

/* Did this thread write all these bytes in this epoch? */
static inline bool list_knows_write(const struct core_shadow *s, const struct core_actor *a,
                                    uint64_t cell, unsigned mask)
{
    const struct core_record *x = &s->records[record_of((uint32_t)cell)];
    unsigned seen = 0;
    for (unsigned i = 0; i < RECORD_SLOTS && x->w[i]; i++)
        if (is_mine_now(a, x->w[i]))
            seen |= x->w[i];
    return (mask & ~seen) == 0;
}

/* A plain write of all that the list has, which is ordered before it. */
static inline bool list_overwrite(struct core_shadow *s, const struct core_actor *a, uint64_t *cell,
                                  unsigned mask, core_id id)
{
    uint32_t record = record_of((uint32_t)*cell), e = id << 4 | mask;
    const struct core_record *x = &s->records[record];

    if (x->r[0] & CORE_TAG)
        return false;
    for (unsigned i = 0; i < RECORD_SLOTS; i++)
        if ((x->w[i] && ((x->w[i] & 15 & ~mask) || !core_ordered(s, a, x->w[i]))) ||
            (x->r[i] && ((x->r[i] & 15 & ~mask) || !core_ordered(s, a, x->r[i]))))
            return false;
    *cell = CORE_CELL(e, e);
    record_drop(s, record);
    return true;
}

static inline bool record_quick(struct core_shadow *s, const struct core_actor *a, uint64_t *cell,
                                unsigned mask, core_id id, unsigned kind)
{
    if (!cell_has_record(*cell))
        return false;
    if ((uint32_t)*cell & CORE_BYTES)
        return bytes_access(s, a, cell, mask, id, kind);
    if (kind_is_plain_write(kind))
        return list_knows_write(s, a, *cell, mask) || list_overwrite(s, a, cell, mask, id);
    return list_share(s, a, cell, mask, id, kind);
}

/* The R of a cell with a record is for the quick looks: the bytes that the thread of this id
 * accessed in its epoch; and W says which it wrote. */
static inline uint64_t with_hint(const struct core_actor *a, uint64_t before, uint64_t cell,
                                 unsigned mask, core_id id, unsigned kind)
{
    uint32_t w = (uint32_t)before, r = (uint32_t)(before >> 32);
    uint32_t used = mask, wrote = kind_is_plain_write(kind) ? mask : 0;

    if (!cell_has_record(cell))
        return cell;
    cell &= ~(uint64_t)(15 * CORE_WROTE);
    if (kind & CORE_KIND_ATOMIC)
        return CORE_CELL(cell, 0);
    if (cell_has_record(before)) {
        if (is_mine_now(a, r)) {
            used |= r & 15;
            wrote |= w / CORE_WROTE & 15;
        }
    } else if (!(w & CORE_TAG) && is_mine_now(a, w)) {
        used |= w & 15;
        wrote |= w & 15;
    }
    return CORE_CELL((uint32_t)cell | wrote * CORE_WROTE, id << 4 | used);
}

/* ---- sets of readers ---- */

/* The first word that an access makes a new set for gets a record instead; if there is a second
 * one, they are a sweep over words that have the set in common. */
enum { MEMO_ONCE = UINT32_MAX };

static inline uint64_t memo_key(uint32_t r, uint32_t e, unsigned kind)
{
    return (uint64_t)kind << 63 | (uint64_t)e << 32 | r;
}

static inline unsigned memo_place(uint64_t key)
{
    return core_mix(key) >> 32 & (CORE_MEMO_SIZE - 1);
}

/* Has this access, to these readers, led somewhere before? */
static inline bool memo_find(const struct core_memo *m, uint64_t key, uint32_t *to)
{
    unsigned place = memo_place(key);
    *to = m->to[place];
    return m->key[place] == key;
}

static inline void memo_keep(struct core_memo *m, uint64_t key, uint32_t to)
{
    unsigned place = memo_place(key);
    m->key[place] = key;
    m->to[place] = to;
}

/* May the memo say what this access makes of the cell? All plain, one write at most afterwards. */
static inline bool memo_applies(const struct core_shadow *s, const struct core_actor *a,
                                uint64_t cell, unsigned mask, core_id id, unsigned kind)
{
    uint32_t w = (uint32_t)cell, r = (uint32_t)(cell >> 32);

    if (!a->memo || (w & CORE_TAG) || (kind & ~(unsigned)CORE_KIND_WRITE & 3) || !r)
        return false;
    if (w && !apart_or_ordered(s, a, w, mask))
        return false;
    if ((kind & CORE_KIND_WRITE) && (w & 15 & ~mask) && w >> 4 != id)
        return false;
    return r & CORE_TAG || !half_is_layered(s, w, r);
}

static inline uint32_t write_over(uint32_t w, unsigned mask, core_id id)
{
    return id << 4 | mask | (w >> 4 == id ? w & 15 : 0);
}

static inline uint64_t memo_cell(uint64_t cell, unsigned mask, core_id id, unsigned kind,
                                 uint32_t to)
{
    uint32_t w = (uint32_t)cell;
    if (kind & CORE_KIND_WRITE)
        w = write_over(w, mask, id);
    return CORE_CELL(w, to ? to : w);
}

static inline bool half_memo(const struct core_shadow *s, const struct core_actor *a,
                             uint64_t *cell, unsigned mask, core_id id, unsigned kind)
{
    uint32_t to;

    if (!memo_applies(s, a, *cell, mask, id, kind) ||
        !memo_find(a->memo, memo_key((uint32_t)(*cell >> 32), id << 4 | mask, kind & 1), &to) ||
        to == MEMO_ONCE)
        return false;
    *cell = memo_cell(*cell, mask, id, kind, to);
    return true;
}

/* A read beside another thread's read becomes a list, the first time. True: *cell has it. */
static inline bool half_pair(struct core_shadow *s, const struct core_actor *a, uint64_t *cell,
                             unsigned mask, core_id id)
{
    uint32_t w = (uint32_t)*cell, r = (uint32_t)(*cell >> 32), to;
    uint64_t key = memo_key(r, id << 4 | mask, 0);

    if (!memo_applies(s, a, *cell, mask, id, 0) || (r & CORE_TAG) || !(r & mask) ||
        r >> 4 == w >> 4 || r >> 4 == id || core_ordered(s, a, r) ||
        (core_kind(s, r) & (CORE_KIND_WRITE | CORE_KIND_ATOMIC)) || memo_find(a->memo, key, &to))
        return false;
    uint32_t i = record_alloc(s);
    if (!i)
        return false;
    memo_keep(a->memo, key, MEMO_ONCE);
    s->records[i] = (struct core_record){.w = {w}, .r = {r, id << 4 | mask}};
    *cell = with_hint(a, *cell, CORE_CELL(CORE_TAG | i, 0), mask, id, 0);
    return true;
}

/* ---- all of them ---- */

static enum half_form form_of(const struct core_actor *a, uint64_t key)
{
    uint32_t to;
    if (!a->memo)
        return HALF_LONE;
    if (memo_find(a->memo, key, &to))
        return HALF_SET;
    memo_keep(a->memo, key, MEMO_ONCE);
    return HALF_LONE;
}

static __attribute__((noinline)) uint64_t half_general(struct core_shadow *s,
                                                       const struct core_actor *a, uint64_t cell,
                                                       unsigned mask, core_id id, unsigned kind,
                                                       uint32_t *conflict)
{
    struct half h;
    uint64_t key = memo_key((uint32_t)(cell >> 32), id << 4 | mask, kind & 1), before = cell;

    half_decode(s, &h, cell);
    if (half_knows(s, a, &h, mask, kind)) {
        half_release(&h);
        return cell;
    }
    uint32_t e = find_conflict(s, a, &h, mask, kind);
    bool memorable = !e && memo_applies(s, a, cell, mask, id, kind), changed = true;
    enum half_form form = memorable ? form_of(a, key) : HALF_LONE;
    if (e)
        *conflict = e;
    if (kind_is_plain_write(kind))
        half_write(&h, mask, id);
    else
        changed = half_share(s, a, &h, mask, id, kind);
    if (changed)
        cell = half_encode(s, &h, form);
    half_release(&h);
    if (memorable && changed && form != HALF_LONE && !((uint32_t)cell & CORE_TAG)) {
        uint32_t w = (uint32_t)cell, r = (uint32_t)(cell >> 32);
        uint32_t to = r == w ? 0 : r;
        if (memo_cell(before, mask, id, kind, to) == cell)
            memo_keep(a->memo, key, to);
    }
    return cell;
}

/* What becomes of the cell of a half. *conflict: the entry of an access that races with this. */
static inline uint64_t half_access(struct core_shadow *s, const struct core_actor *a, uint64_t cell,
                                   unsigned mask, core_id id, unsigned kind, uint32_t *conflict)
{
    uint64_t before = cell;

    if (core_likely(half_quick(s, a, &cell, mask, id, kind)))
        return cell;
    if (!record_quick(s, a, &cell, mask, id, kind))
        cell = half_general(s, a, cell, mask, id, kind, conflict);
    return with_hint(a, before, cell, mask, id, kind);
}

/* ---- without a change ---- */

/* Which bytes the reads of a set stand for. r: the R of a half, or of a full word as one. Sets
 * never change, so no lock. */
static inline unsigned set_knows(const struct core_shadow *s, const struct core_actor *a,
                                 uint32_t r, unsigned kind)
{
    unsigned n, seen = 0;
    const uint32_t *e = set_entries(s, r, &n);

    for (unsigned i = 0; i < n; i++)
        if (is_mine_now(a, e[i]) && kind_covers(core_kind(s, e[i]), kind))
            seen |= e[i];
    return seen;
}

/* Whatever conflicts with an access of this kind conflicts with e, too. */
static inline bool stands_for(const struct core_shadow *s, uint32_t e, unsigned kind)
{
    unsigned known = core_kind(s, e);
    return kind_is_plain_write(known) || (!kind_is_plain_write(kind) && kind_covers(known, kind));
}

/* Of a record that somebody may be changing or giving away at this moment: what is read may be of
 * another word, but then *cell is not the same any more. And if it is of this one, an entry of the
 * thread's own epoch was written by the thread itself. */
static inline bool bytes_know(const struct core_shadow *s, const struct core_actor *a,
                              const struct core_record *x, unsigned mask, unsigned kind)
{
    for (unsigned left = mask; left; left &= left - 1) {
        unsigned i = (unsigned)__builtin_ctz(left);
        /* relaxed: the fence below */
        if (is_mine_now(a, __atomic_load_n(&x->w[i], __ATOMIC_RELAXED)))
            continue;
        uint32_t r = __atomic_load_n(&x->r[i], __ATOMIC_RELAXED);
        if (!is_mine_now(a, r) || !stands_for(s, r, kind))
            return false;
    }
    return true;
}

static inline bool list_knows(const struct core_shadow *s, const struct core_actor *a,
                              const struct core_record *x, unsigned mask, unsigned kind)
{
    unsigned seen = 0;

    for (unsigned i = 0; i < RECORD_SLOTS; i++) {
        uint32_t w = __atomic_load_n(&x->w[i], __ATOMIC_RELAXED);
        uint32_t r = __atomic_load_n(&x->r[i], __ATOMIC_RELAXED);
        if (is_mine_now(a, w))
            seen |= w;
        if (!(r & CORE_TAG) && is_mine_now(a, r) && stands_for(s, r, kind))
            seen |= r;
    }
    return !(mask & ~seen);
}

static inline bool record_knows(const struct core_shadow *s, const struct core_actor *a,
                                const uint64_t *cell, uint64_t c, unsigned mask, unsigned kind)
{
    uint32_t w = (uint32_t)c;
    const struct core_record *x = &s->records[record_of(w)];

    if (is_special(w) ||
        !(w & CORE_BYTES ? bytes_know(s, a, x, mask, kind) : list_knows(s, a, x, mask, kind)))
        return false;
    /* acquire: the entries were read before the cell is read again */
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    return __atomic_load_n(cell, __ATOMIC_RELAXED) == c;
}

static inline bool half_cell_knows(const struct core_shadow *s, const struct core_actor *a,
                                   const uint64_t *cell, uint64_t c, unsigned mask, unsigned kind)
{
    uint32_t w = (uint32_t)c, r = (uint32_t)(c >> 32);
    unsigned seen = 0;

    if (w & CORE_TAG)
        return record_knows(s, a, cell, c, mask, kind);
    if (w && is_mine_now(a, w)) /* a plain write stands for any access */
        seen = w;
    if (r & CORE_TAG)
        return !(mask & ~seen) ||
               (!kind_is_plain_write(kind) && !(mask & ~(seen | set_knows(s, a, r, kind))));
    if (r && (mask & ~seen) && is_mine_now(a, r) && stands_for(s, r, kind))
        seen |= r;
    return !(mask & ~seen);
}

#endif
