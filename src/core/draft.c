#include "draft.h"

enum { WORDS = CORE_DRAFT_PAGE / 8 };

static void forget_recent(struct core_draft *d)
{
    for (unsigned i = 0; i < CORE_DRAFT_RECENT; i++)
        d->recent[i] = 0;
}

void core_draft_clear(struct core_draft *d)
{
    d->last = 0;
    forget_recent(d);
}

/* It may have one already: two do no harm. */
unsigned core_draft_new_token(struct core_draft *d, core_id id)
{
    unsigned token = d->last + 1;

    if (token > CORE_DRAFT_TOKENS)
        return 0;
    d->id[token] = id;
    d->recent[id % CORE_DRAFT_RECENT] = (uint8_t)token;
    /* release: who finds the token in a plane finds its id */
    __atomic_store_n(&d->last, token, __ATOMIC_RELEASE);
    return token;
}

static uint64_t plane_word(const uint8_t *plane, size_t i)
{
    /* relaxed: the owner's stores may come in between; it looks after them itself */
    return __atomic_load_n((const core_draft_u64 *)plane + i, __ATOMIC_RELAXED);
}

static void note_used(const uint8_t *plane, bool *used)
{
    uint64_t before = 0;

    for (size_t i = 0; i < WORDS; i++) {
        uint64_t x = plane_word(plane, i);
        if (x == before)
            continue;
        before = x;
        for (; x; x >>= 8)
            used[x & 0xff] = true;
    }
}

static uint64_t renumber(uint64_t tokens, const uint8_t *to)
{
    uint64_t out = 0;

    for (unsigned i = 0; i < 64; i += 8)
        out |= (uint64_t)to[tokens >> i & 0xff] << i;
    return out;
}

static void renumber_plane(uint8_t *plane, const uint8_t *to)
{
    uint64_t before = 0, after = 0;

    for (size_t i = 0; i < WORDS; i++) {
        uint64_t x = plane_word(plane, i);
        if (x != before) {
            before = x;
            after = renumber(x, to);
        }
        if (x != after)
            ((core_draft_u64 *)plane)[i] = after;
    }
}

unsigned core_draft_pack(struct core_draft *d, uint8_t *w, uint8_t *r, unsigned first)
{
    bool used[256] = {false};
    uint8_t to[256] = {0};
    unsigned n = 0, current = 0;

    note_used(w, used);
    note_used(r, used);
    for (unsigned i = 1; i <= d->last; i++) {
        if (i == first)
            current = n;
        if (used[i] && d->id[i]) {
            to[i] = (uint8_t)++n;
            d->id[n] = d->id[i];
        }
    }
    if (first > d->last)
        current = n;
    d->last = n;
    forget_recent(d);
    renumber_plane(w, to);
    renumber_plane(r, to);
    return current + 1;
}

/* ---- writing out ---- */

/* The lowest id among the tokens, in *id, and which bytes have it. */
static unsigned oldest(const struct core_draft *d, uint64_t tokens, core_id *id)
{
    unsigned mask = 0;

    *id = (core_id)-1;
    for (unsigned i = 0; i < 8; i++) {
        core_id e = d->id[tokens >> 8 * i & 0xff];
        if (!e || e > *id)
            continue;
        mask = e == *id ? mask | 1u << i : 1u << i;
        *id = e;
    }
    return mask;
}

static uint64_t without(uint64_t tokens, unsigned mask)
{
    for (unsigned i = 0; i < 8; i++)
        if (mask >> i & 1)
            tokens &= ~(0xffull << 8 * i);
    return tokens;
}

/* One by one, as they came. */
static void replay_word(struct core_shadow *s, const struct core_actor *owner,
                        const struct core_draft *d, uint64_t w, uint64_t r, uint64_t *p,
                        uint64_t *q)
{
    for (;;) {
        core_id wrote, read;
        unsigned by_write = oldest(d, w, &wrote), by_read = oldest(d, r, &read);
        bool write = by_write && wrote <= read;
        unsigned mask = write ? by_write : by_read;
        if (!mask)
            return;
        core_id id = write ? wrote : read;
        core_shadow_access(s, owner, p, q, mask, id, core_kind(s, id << 4));
        if (write)
            w = without(w, mask);
        else
            r = without(r, mask);
    }
}

static bool is_uniform(uint64_t tokens)
{
    return tokens == core_draft_repeat(tokens & 0xff);
}

/* All eight bytes alike, and no side tables and no atomic access before: what the cell becomes. */
static bool quick_word(const struct core_shadow *s, const struct core_draft *d, uint64_t w,
                       uint64_t r, uint64_t *p)
{
    core_id wrote = d->id[w & 0xff], read = d->id[r & 0xff];
    uint32_t before = (uint32_t)(*p >> 32);

    if (!is_uniform(w) || !is_uniform(r) || !core_cell_plain_full(*p) ||
        (before && (core_kind(s, before) & CORE_KIND_ATOMIC)))
        return false;
    if (!(wrote | read))
        return true;
    if (read <= wrote) /* the write stands for it */
        read = wrote;
    /* relaxed: the host publishes the page */
    __atomic_store_n(p, CORE_CELL(wrote ? wrote << 4 : (uint32_t)*p, read << 4), __ATOMIC_RELAXED);
    return true;
}

bool core_draft_ordered(const struct core_draft *d, const struct core_clock *clock)
{
    core_id known = core_clock_get(clock, d->slot);
    /* acquire: the ids below */
    unsigned last = __atomic_load_n(&d->last, __ATOMIC_ACQUIRE);

    for (unsigned i = 1; i <= last; i++)
        if (d->id[i] >= known)
            return false;
    return true;
}

void core_draft_write_out(struct core_shadow *s, const struct core_clock *all,
                          const struct core_draft *d, const uint8_t *w, const uint8_t *r,
                          uint64_t *p, uint64_t *q)
{
    const struct core_actor owner = {d->slot, 0, 0, all, NULL};

    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    for (size_t i = 0; i < WORDS; i++) {
        uint64_t wrote = plane_word(w, i), read = plane_word(r, i);
        if ((wrote | read) && !quick_word(s, d, wrote, read, &p[i]))
            replay_word(s, &owner, d, wrote, read, &p[i], &q[i]);
    }
}
