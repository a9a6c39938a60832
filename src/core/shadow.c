#include "half.h"

/* ---- one access to one half ---- */

static bool kinds_conflict(unsigned a, unsigned b)
{
    return ((a | b) & CORE_KIND_WRITE) && !(a & b & CORE_KIND_ATOMIC);
}

/* Whatever conflicts with a conflicts with b too. Plain writes stay in W, so a copy in R of one
 * may always go. */
static bool kind_covers(unsigned b, unsigned a)
{
    enum { PLAIN_WRITE = CORE_KIND_WRITE, MASK = CORE_KIND_WRITE | CORE_KIND_ATOMIC };
    a &= MASK;
    b &= MASK;
    return a == b || a == PLAIN_WRITE || b == PLAIN_WRITE || a == CORE_KIND_ATOMIC;
}

static bool is_mine_now(const struct core_actor *a, uint32_t e)
{
    return (e >> 4) - (a->window >> 4) < a->span;
}

static uint32_t find_conflict(const struct core_shadow *s, const struct core_actor *a,
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

static unsigned drop_empty(uint32_t *e, unsigned n)
{
    unsigned k = 0;
    for (unsigned i = 0; i < n; i++)
        if (e[i] & 15)
            e[k++] = e[i];
    return k;
}

static unsigned add_entry(uint32_t *e, unsigned n, core_id id, unsigned mask)
{
    for (unsigned i = 0; i < n; i++)
        if (e[i] >> 4 == id) {
            e[i] |= mask;
            return n;
        }
    e[n] = id << 4 | mask;
    return n + 1;
}

static void half_write(struct half *h, unsigned mask, core_id id)
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
static bool make_room(struct core_shadow *s, struct half *h, core_id id)
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
static bool half_share(struct core_shadow *s, const struct core_actor *a, struct half *h,
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
static bool half_knows(const struct core_shadow *s, const struct core_actor *a,
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
static bool apart_or_ordered(const struct core_shadow *s, const struct core_actor *a, uint32_t e,
                             unsigned mask)
{
    return !(e & mask) || core_ordered(s, a, e);
}

/* W := what is written now, R := what is left of an older write, if anything. */
static uint64_t layer(uint32_t newer, uint32_t older)
{
    return CORE_CELL(newer, older & 15 ? older : newer);
}

static bool write_layered(const struct core_shadow *s, const struct core_actor *a, uint64_t *cell,
                          unsigned mask, core_id id)
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

static bool half_write_quick(const struct core_shadow *s, const struct core_actor *a,
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

static bool half_read_quick(const struct core_shadow *s, const struct core_actor *a, uint64_t *cell,
                            unsigned mask, core_id id)
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

static bool half_atomic_quick(const struct core_shadow *s, const struct core_actor *a,
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

static bool half_quick(const struct core_shadow *s, const struct core_actor *a, uint64_t *cell,
                       unsigned mask, core_id id, unsigned kind)
{
    if (*cell & CORE_CELL(CORE_TAG, CORE_TAG))
        return false;
    if (!*cell) {
        uint32_t e = id << 4 | mask;
        *cell = CORE_CELL(kind_is_plain_write(kind) ? e : 0, e);
        return true;
    }
    if (kind & CORE_KIND_ATOMIC)
        return half_atomic_quick(s, a, cell, mask, id, kind);
    return kind & CORE_KIND_WRITE ? half_write_quick(s, a, cell, mask, id)
                                  : half_read_quick(s, a, cell, mask, id);
}

/* Did this thread write all these bytes in this epoch? */
static bool record_knows_write(const struct core_shadow *s, const struct core_actor *a,
                               uint64_t cell, unsigned mask)
{
    const struct core_record *x = &s->records[(uint32_t)cell & ~CORE_TAG];
    unsigned seen = 0;
    for (unsigned i = 0; i < RECORD_SLOTS && x->w[i]; i++)
        if (is_mine_now(a, x->w[i]))
            seen |= x->w[i];
    return (mask & ~seen) == 0;
}

/* The R of a cell with a record is for the quick look of reads: the bytes that the thread of this
 * id accessed in its epoch. */
static uint64_t with_hint(const struct core_actor *a, uint64_t before, uint64_t cell, unsigned mask,
                          core_id id, unsigned kind)
{
    if (!cell_has_record(cell))
        return cell;
    uint32_t hint = kind & CORE_KIND_ATOMIC ? 0 : id << 4 | mask;
    if (hint && cell_has_record(before) && is_mine_now(a, (uint32_t)(before >> 32)))
        hint |= before >> 32 & 15;
    return CORE_CELL(cell, hint);
}

static uint64_t half_access(struct core_shadow *s, const struct core_actor *a, uint64_t cell,
                            unsigned mask, core_id id, unsigned kind, enum half_form form,
                            uint32_t *conflict)
{
    if (core_likely(half_quick(s, a, &cell, mask, id, kind)))
        return cell;
    if (kind_is_plain_write(kind) && cell_has_record(cell) && record_knows_write(s, a, cell, mask))
        return with_hint(a, cell, cell, mask, id, kind);
    struct half h;
    uint64_t before = cell;
    half_decode(s, &h, cell);
    if (!half_knows(s, a, &h, mask, kind)) {
        uint32_t e = find_conflict(s, a, &h, mask, kind);
        if (e)
            *conflict = e;
        bool changed = true;
        if (kind_is_plain_write(kind))
            half_write(&h, mask, id);
        else
            changed = half_share(s, a, &h, mask, id, kind);
        if (changed)
            cell = half_encode(s, &h, form);
    }
    half_release(&h);
    return with_hint(a, before, cell, mask, id, kind);
}

/* ---- whole words ---- */

/* relaxed everywhere on cells that BUSY protects: the lock's acquire and release order them */
static uint64_t cell_lock(uint64_t *p)
{
    for (unsigned spins = 0;; spins++) {
        uint64_t c = __atomic_load_n(p, __ATOMIC_RELAXED);
        /* acquire: see Q and the records as the last holder left them */
        if (c != CORE_CELL_BUSY && __atomic_compare_exchange_n(p, &c, CORE_CELL_BUSY, true,
                                                               __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
            return c;
        core_relax(spins);
    }
}

static void cell_unlock(uint64_t *p, uint64_t c)
{
    __atomic_store_n(p, c, __ATOMIC_RELEASE); /* release: publishes Q and the records */
}

/* A set that is to be replaced by another one. The first word that an event does that to gets a
 * record; if there is a second one, they are a sweep over words that have sets in common. */
static enum half_form form_of(struct core_shadow *s, uint64_t c, const uint64_t *q, core_id id)
{
    bool set = cell_has_set(c) ||
               (c && !cell_is_full(c) && cell_has_set(__atomic_load_n(q, __ATOMIC_RELAXED)));
    if (core_likely(!set))
        return HALF_USUAL;
    /* relaxed: a word of another thread in between only leads to the other form */
    if (__atomic_load_n(&s->lone, __ATOMIC_RELAXED) == id &&
        __atomic_load_n(&s->lone_cell, __ATOMIC_RELAXED) != q)
        return HALF_USUAL;
    __atomic_store_n(&s->lone_cell, q, __ATOMIC_RELAXED);
    __atomic_store_n(&s->lone, id, __ATOMIC_RELAXED);
    return HALF_LONE;
}

static uint64_t access_split(struct core_shadow *s, const struct core_actor *a, uint64_t c,
                             uint64_t *q, unsigned mask8, core_id id, unsigned kind,
                             uint64_t *conflict)
{
    uint64_t low, high;
    uint32_t e = 0;
    enum half_form form = form_of(s, c, q, id);

    if (cell_is_full(c)) {
        low = high = full_to_half(c);
    } else {
        low = c == CORE_CELL_SPLIT ? 0 : c;
        high = c ? __atomic_load_n(q, __ATOMIC_RELAXED) : 0;
    }
    if (mask8 & 15) {
        low = half_access(s, a, low, mask8 & 15, id, kind, form, &e);
        if (e)
            *conflict = e | (uint64_t)(e & 15) << 32;
    }
    if (mask8 >> 4) {
        e = 0;
        high = half_access(s, a, high, mask8 >> 4, id, kind, form, &e);
        if (e && !*conflict)
            *conflict = e | (uint64_t)(e & 15) << 36;
    }
    if (low == high && half_is_uniform(s, low))
        return half_to_full(low);
    __atomic_store_n(q, high, __ATOMIC_RELAXED);
    return low ? low : CORE_CELL_SPLIT;
}

static uint64_t access_full(struct core_shadow *s, const struct core_actor *a, uint64_t c,
                            uint64_t *q, core_id id, unsigned kind, uint64_t *conflict)
{
    if (c && (!cell_is_full(c) || form_of(s, c, q, id) == HALF_LONE))
        return access_split(s, a, c, q, 0xff, id, kind, conflict);
    uint32_t e = 0;
    c = half_to_full(half_access(s, a, c ? full_to_half(c) : 0, 15, id, kind, HALF_FULL, &e));
    if (e)
        *conflict = e | 0xffull << 32;
    return c;
}

/*
 * The commonest change, without the lock: all eight bytes, no side tables, everything that is
 * there ordered before this access. Says false when it isn't that, or when another thread was
 * faster; what is said then is for the locked way to find out.
 */
static bool change_full(const struct core_shadow *s, const struct core_actor *a, uint64_t *p,
                        core_id id, unsigned kind)
{
    /* acquire: the log rows of the entries are there */
    uint64_t c = __atomic_load_n(p, __ATOMIC_ACQUIRE), to;
    uint32_t w = (uint32_t)c, r = (uint32_t)(c >> 32), e = id << 4;

    if (!core_cell_plain_full(c) || (kind & CORE_KIND_ATOMIC))
        return false;
    if ((r && !core_ordered(s, a, r)) || (w && w != r && !core_ordered(s, a, w)))
        return false;
    if (kind & CORE_KIND_WRITE)
        to = CORE_CELL(e, e);
    else if (r && !kind_covers(kind, core_kind(s, r))) /* an atomic write: the read joins it */
        return false;
    else
        to = CORE_CELL(w, e);
    /* release: the log row of id is there before the id can be found */
    return __atomic_compare_exchange_n(p, &c, to, false, __ATOMIC_RELEASE, __ATOMIC_RELAXED);
}

/*
 * The same for bytes of the low half of a word that is split already, or was never accessed: Q
 * stays as it is, so P alone decides. (Q may change and P come back to what it was meanwhile; this
 * change has to do with neither.) A half that might now be like the other is left to the locked
 * way, which looks.
 */
static bool change_low(const struct core_shadow *s, const struct core_actor *a, uint64_t *p,
                       unsigned mask, core_id id, unsigned kind)
{
    /* acquire: the log rows of the entries are there */
    uint64_t c = __atomic_load_n(p, __ATOMIC_ACQUIRE), to;

    if ((c & CORE_CELL(CORE_TAG, CORE_TAG)) || (c && cell_is_full(c)))
        return false;
    to = c;
    if (!half_quick(s, a, &to, mask, id, kind) || (to >> 32 & 15) == 15)
        return false;
    /* release: the log row of id is there before the id can be found */
    return to == c ||
           __atomic_compare_exchange_n(p, &c, to, false, __ATOMIC_RELEASE, __ATOMIC_RELAXED);
}

/* The conflict of any access with the free() of its word. Only the first one sees it. */
static uint64_t take_freed(uint64_t *c)
{
    if (!cell_is_freed(*c))
        return 0;
    uint64_t conflict = *c >> 32 | 0xffull << 32;
    *c = 0;
    return conflict;
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

uint64_t core_shadow_free(struct core_shadow *s, const struct core_actor *a, uint64_t *p,
                          uint64_t *q, core_id id, unsigned kind)
{
    if (core_likely(free_full(s, a, p, id)))
        return 0;
    uint64_t c = cell_lock(p), conflict = take_freed(&c);

    c = access_full(s, a, c, q, id, kind, &conflict);
    if (!cell_is_full(c)) { /* a write of this epoch stood for the whole of it already */
        cell_drop(s, c);
        cell_drop(s, __atomic_load_n(q, __ATOMIC_RELAXED));
    }
    cell_unlock(p, CORE_CELL(CORE_FREED, id << 4));
    return conflict;
}

uint64_t core_shadow_access(struct core_shadow *s, const struct core_actor *a, uint64_t *p,
                            uint64_t *q, unsigned mask8, core_id id, unsigned kind)
{
    uint64_t conflict, c;

    if (mask8 == 0xff ? change_full(s, a, p, id, kind)
                      : mask8 < 16 && change_low(s, a, p, mask8, id, kind))
        return 0;
    c = cell_lock(p);
    conflict = take_freed(&c);
    if (mask8 == 0xff)
        c = access_full(s, a, c, q, id, kind, &conflict);
    else
        c = access_split(s, a, c, q, mask8, id, kind, &conflict);
    cell_unlock(p, c);
    return conflict;
}

/* r: the R of a half, or of a full word (mask 15 then). Sets never change, so no lock. */
static bool reads_know(const struct core_shadow *s, const struct core_actor *a, uint32_t r,
                       unsigned mask, unsigned kind)
{
    unsigned n = 1;
    const uint32_t *e = &r;

    if (r & CORE_TAG)
        e = set_entries(s, r, &n);
    for (unsigned i = 0; i < n; i++)
        if (is_mine_now(a, e[i]) && (mask & ~with_mask(e[i]) & 15) == 0 &&
            kind_covers(core_kind(s, e[i]), kind))
            return true;
    return false;
}

static bool half_cell_knows(const struct core_shadow *s, const struct core_actor *a, uint64_t cell,
                            unsigned mask, unsigned kind)
{
    uint32_t w = (uint32_t)cell, r = (uint32_t)(cell >> 32);

    if (!r)
        return false;
    if (w & CORE_TAG)
        return cell_has_record(cell) && !(kind & (CORE_KIND_WRITE | CORE_KIND_ATOMIC)) &&
               is_mine_now(a, r) && !(mask & ~r);
    if (w && is_mine_now(a, w) && !(mask & ~w)) /* a plain write stands for any access */
        return true;
    return reads_know(s, a, r, mask, kind);
}

bool core_shadow_knows(const struct core_shadow *s, const struct core_actor *a, const uint64_t *p,
                       const uint64_t *q, unsigned mask8, unsigned kind)
{
    /* acquire: a set that the cell names is complete */
    uint64_t c = __atomic_load_n(p, __ATOMIC_ACQUIRE), half[2];

    if (c == 0 || c == CORE_CELL_BUSY || (uint32_t)c == CORE_FREED)
        return false;
    if (cell_is_full(c))
        return half_cell_knows(s, a, full_to_half(c), 15, kind);
    half[0] = c;
    half[1] = __atomic_load_n(q, __ATOMIC_ACQUIRE);
    for (int i = 0; i < 2; i++, mask8 >>= 4)
        if ((mask8 & 15) && !half_cell_knows(s, a, half[i], mask8 & 15, kind))
            return false;
    return true;
}

void core_shadow_store(struct core_shadow *s, uint64_t *p, uint64_t *q, core_id id)
{
    uint64_t to = CORE_CELL(id << 4, id << 4);
    uint64_t c = __atomic_load_n(p, __ATOMIC_RELAXED);

    if (c == to)
        return;
    /* Nobody should be using the block at this moment, but who uses freed memory may hold the
     * cell: a plain store would let in a second holder, and records would be lost or shared.
     * release: the log row of id is there before the id can be found */
    if (core_likely(core_cell_plain_full(c) || cell_is_full(c) || cell_is_freed(c)) &&
        (id || !__atomic_load_n(q, __ATOMIC_RELAXED)) &&
        __atomic_compare_exchange_n(p, &c, to, false, __ATOMIC_RELEASE, __ATOMIC_RELAXED))
        return;
    c = cell_lock(p);
    if (!cell_is_full(c) && !cell_is_freed(c)) {
        cell_drop(s, c);
        if (c)
            cell_drop(s, __atomic_load_n(q, __ATOMIC_RELAXED));
    }
    if (!id)
        __atomic_store_n(q, 0, __ATOMIC_RELAXED);
    cell_unlock(p, to);
}

void core_shadow_init(struct core_shadow *s, const struct core_event *log, const uint32_t *owner,
                      uint32_t *set_words, uint32_t set_capacity, uint32_t *set_buckets,
                      uint32_t set_bucket_count, struct core_record *records,
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
