#include "compact.h"
#include "half.h"

#define NOBODY UINT32_MAX

enum {
    PASSES = 4, /* visit numbers a generation uses: one for each time a chunk is passed */
    PASS_KNOWS = 1,
    PASS_MARK,
    PASS_MOVE,
};

/* What became of a set: an entry, TAG | the new set, or one of these; no entry has id 0. */
enum { MOVED_NOT_YET = 0, MOVED_EMPTY = 1 };

static size_t round_up(size_t bytes)
{
    return (bytes + 63) & ~(size_t)63;
}

size_t core_compact_room(const struct core_shadow *s, uint32_t runs, uint32_t slots)
{
    return round_up(runs * sizeof(struct core_compact_run)) +
           round_up(runs * sizeof(struct core_owner)) +
           round_up(slots * sizeof(struct core_compact_slot)) +
           round_up((slots / CORE_CHUNK_SLOTS + 1) * sizeof(struct core_visit)) +
           round_up((s->record_capacity / 64 + 1) * sizeof(uint64_t));
}

void core_compact_begin(struct core_compact *c, struct core_shadow *s, struct core_event *log,
                        struct core_owner *owner, uint32_t runs, uint32_t slots,
                        uint32_t generation, void *room, uint32_t *fresh_sets)
{
    char *at = room;
    *c = (struct core_compact){
        .shadow = s,
        .from = *s,
        .log = log,
        .owner = owner,
        .runs = runs,
        .slots = slots,
        .runs_after = 1,
        .visit = generation * PASSES,
        .fresh_sets = fresh_sets,
    };
    c->run = (struct core_compact_run *)at;
    at += round_up(runs * sizeof *c->run);
    c->new_owner = (struct core_owner *)at;
    at += round_up(runs * sizeof *c->new_owner);
    c->slot = (struct core_compact_slot *)at;
    at += round_up(slots * sizeof *c->slot);
    c->absent = (struct core_visit *)at;
    at += round_up((slots / CORE_CHUNK_SLOTS + 1) * sizeof *c->absent);
    c->record_live = (uint64_t *)at;
    for (uint32_t i = 0; i < slots; i++)
        c->slot[i].floor = NOBODY;
}

/* ---- who knows what ---- */

static void lower_floor(struct core_compact *c, uint32_t slot, core_id known)
{
    if (slot < c->slots && c->slot[slot].floor > known)
        c->slot[slot].floor = known;
}

/* One visit serves all who share what is visited, but for the slot that was left out because it was
 * the first visitor's own: another visitor tells of that. NOBODY: it isn't in there. */
static bool was_visited(const struct core_compact *c, const struct core_visit *v)
{
    return v->pass == c->visit + PASS_KNOWS;
}

static bool tells_of_first(const struct core_visit *v, uint32_t self)
{
    return v->owner != NOBODY && v->owner != self;
}

/* All threads but `self` that have this chunk (NULL: none there). */
static void chunk_knows(struct core_compact *c, uint32_t index, struct core_chunk *k, uint32_t self)
{
    uint32_t low = index * CORE_CHUNK_SLOTS;
    struct core_visit *v = k ? &k->visit : &c->absent[index];

    if (was_visited(c, v)) {
        if (tells_of_first(v, self)) {
            lower_floor(c, v->owner, k ? k->v[v->owner - low] : 0);
            v->owner = NOBODY;
        }
        return;
    }
    for (uint32_t i = 0; i < CORE_CHUNK_SLOTS; i++)
        if (low + i != self)
            lower_floor(c, low + i, k ? k->v[i] : 0);
    *v = (struct core_visit){c->visit + PASS_KNOWS, self - low < CORE_CHUNK_SLOTS ? self : NOBODY};
}

static void list_knows_slots(struct core_compact *c, struct core_chunks *list, uint32_t self)
{
    struct core_visit *v = list ? &list->visit : &c->no_more;

    if (was_visited(c, v)) {
        if (tells_of_first(v, self)) {
            uint32_t index = v->owner / CORE_CHUNK_SLOTS;
            chunk_knows(c, index, core_chunks_at(list, index - 1), self);
            v->owner = NOBODY;
        }
        return;
    }
    for (uint32_t i = 1; i * CORE_CHUNK_SLOTS < c->slots; i++)
        chunk_knows(c, i, core_chunks_at(list, i - 1), self);
    *v = (struct core_visit){c->visit + PASS_KNOWS, self >= CORE_CHUNK_SLOTS ? self : NOBODY};
}

void core_compact_knows(struct core_compact *c, uint32_t slot, const struct core_clock *clock)
{
    chunk_knows(c, 0, clock->first, slot);
    list_knows_slots(c, clock->more, slot);
}

void core_compact_top(struct core_compact *c, uint32_t slot, core_id next)
{
    if (slot < c->slots && c->slot[slot].top < next)
        c->slot[slot].top = next;
}

/* ---- marking ---- */

/* The id that stands for a time: itself, or the one before when the time is the end of a run. */
static core_id anchor(const struct core_compact *c, uint32_t slot, core_id time)
{
    uint32_t run = time >> CORE_RUN_BITS;
    return run < c->runs && c->owner[run].slot == slot ? time : time - 1;
}

static void mark_always(struct core_compact *c, core_id id)
{
    uint32_t run = id >> CORE_RUN_BITS;
    if (run < c->runs)
        c->run[run].live |= 1ull << id % CORE_RUN_SIZE;
}

static void mark_entry(struct core_compact *c, uint32_t e)
{
    core_id id = e >> 4;
    uint32_t run = id >> CORE_RUN_BITS;
    if (run && run < c->runs && id >= c->slot[c->owner[run].slot].floor)
        c->run[run].live |= 1ull << id % CORE_RUN_SIZE;
}

void core_compact_mark_id(struct core_compact *c, core_id id)
{
    mark_entry(c, id << 4);
}

void core_compact_mark_time(struct core_compact *c, uint32_t slot, core_id time)
{
    if (time && slot < c->slots && time >= c->slot[slot].floor)
        mark_always(c, anchor(c, slot, time));
}

void core_compact_mark_begin(struct core_compact *c)
{
    for (uint32_t i = 0; i < c->slots; i++) {
        lower_floor(c, i, c->slot[i].top);
        core_compact_mark_time(c, i, c->slot[i].floor);
    }
}

/* The tag in the count says that the set was marked and not moved yet; the chain of buckets is
 * of no use any more and takes what became of it. */
static void mark_set(struct core_compact *c, uint32_t r)
{
    uint32_t *set = &c->from.set_words[r & ~(CORE_TAG | CORE_SET_FULL)];
    if (*set & CORE_TAG)
        return;
    for (uint32_t i = 1; i <= *set; i++)
        mark_entry(c, set[i]);
    *set |= CORE_TAG;
    set[-1] = MOVED_NOT_YET;
}

static void mark_reads(struct core_compact *c, uint32_t r)
{
    if (r & CORE_TAG)
        mark_set(c, r);
    else
        mark_entry(c, r);
}

static void mark_half(struct core_compact *c, uint64_t cell)
{
    uint32_t w = (uint32_t)cell;
    if (!(w & CORE_TAG)) {
        mark_entry(c, w);
        mark_reads(c, (uint32_t)(cell >> 32));
    } else if (!is_special(w)) {
        const struct core_record *x = &c->from.records[record_of(w)];
        for (unsigned i = 0; i < RECORD_SLOTS; i++)
            mark_entry(c, x->w[i]);
        mark_reads(c, x->r[0]);
        for (unsigned i = 1; i < RECORD_SLOTS && !(x->r[0] & CORE_TAG); i++)
            mark_entry(c, x->r[i]);
    }
}

void core_compact_mark_cells(struct core_compact *c, const uint64_t *p, const uint64_t *q, size_t n)
{
    uint64_t last = 0; /* neighbours are often alike */
    for (size_t i = 0; i < n; i++) {
        if (p[i] == last || p[i] == 0 || p[i] == CORE_CELL_BUSY)
            continue;
        if (cell_is_freed(p[i])) {
            mark_always(c, (uint32_t)(p[i] >> 36));
        } else {
            mark_half(c, p[i]);
            if (!core_cell_is_full(p[i])) {
                mark_half(c, q[i]);
                continue;
            }
        }
        last = p[i];
    }
}

static bool visit_now(struct core_compact *c, struct core_visit *v, uint32_t pass)
{
    bool first = v->pass != c->visit + pass;
    v->pass = c->visit + pass;
    return first;
}

static void mark_chunk(struct core_compact *c, uint32_t index, struct core_chunk *k)
{
    if (!k || !visit_now(c, &k->visit, PASS_MARK))
        return;
    for (uint32_t s = 0; s < CORE_CHUNK_SLOTS; s++)
        core_compact_mark_time(c, index * CORE_CHUNK_SLOTS + s, k->v[s]);
}

void core_compact_mark_clock(struct core_compact *c, const struct core_clock *clock)
{
    struct core_chunks *more = clock->more;

    mark_chunk(c, 0, clock->first);
    if (more && visit_now(c, &more->visit, PASS_MARK))
        for (uint32_t i = 0; i < more->n; i++)
            mark_chunk(c, i + 1, more->at[i]);
}

/* ---- new numbers ---- */

static unsigned bits(uint64_t x)
{
    x -= x >> 1 & 0x5555555555555555ull;
    x = (x & 0x3333333333333333ull) + (x >> 2 & 0x3333333333333333ull);
    x = (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0full;
    return (unsigned)(x * 0x0101010101010101ull >> 56);
}

static core_id new_id(struct core_compact *c, uint32_t slot)
{
    struct core_compact_slot *s = &c->slot[slot];
    if (s->next == s->end) {
        c->new_owner[c->runs_after].slot = slot;
        s->next = c->runs_after++ << CORE_RUN_BITS;
        s->end = s->next + CORE_RUN_SIZE;
    }
    return s->next++;
}

static void renumber_run(struct core_compact *c, uint32_t run)
{
    struct core_compact_run *m = &c->run[run];
    uint32_t slot = c->owner[run].slot;
    core_id id = 0;

    m->first = c->slot[slot].next; /* where its times go when no id stays */
    for (uint64_t left = m->live; left; left &= left - 1) {
        bool is_first = left == m->live;
        id = new_id(c, slot);
        c->log[id] = c->log[run << CORE_RUN_BITS | (unsigned)__builtin_ctzll(left)];
        core_owner_note(&c->new_owner[id >> CORE_RUN_BITS], id, c->log[id].site_kind);
        if (is_first)
            m->first = id;
        else if (id % CORE_RUN_SIZE == 0)
            m->second = id;
    }
}

void core_compact_renumber(struct core_compact *c)
{
    struct core_shadow *s = c->shadow;

    for (uint32_t run = 1; run < c->runs; run++)
        renumber_run(c, run);
    for (uint32_t i = 0; i <= s->set_bucket_mask; i++)
        s->set_buckets[i] = 0;
    s->set_words = c->fresh_sets;
    s->set_used = 1;
    s->set_count = 0;
    s->owner = c->new_owner;
}

/* The place of the rank-th kept id of a run, or behind the last one. */
static core_id place(const struct core_compact_run *m, unsigned rank, unsigned n)
{
    unsigned room = CORE_RUN_SIZE - m->first % CORE_RUN_SIZE;
    return rank < room || n <= room ? m->first + rank : m->second + (rank - room);
}

core_id core_compact_id(const struct core_compact *c, core_id id)
{
    uint32_t run = id >> CORE_RUN_BITS;
    uint64_t bit = 1ull << id % CORE_RUN_SIZE;
    const struct core_compact_run *m = &c->run[run];

    if (run >= c->runs || !(m->live & bit))
        return 0;
    unsigned rank = bits(m->live & (bit - 1)), room = CORE_RUN_SIZE - m->first % CORE_RUN_SIZE;
    return rank < room ? m->first + rank : m->second + (rank - room);
}

core_id core_compact_time(const struct core_compact *c, uint32_t slot, core_id time)
{
    if (!time || slot >= c->slots)
        return 0;
    core_id at = anchor(c, slot, time);
    if (at >> CORE_RUN_BITS >= c->runs)
        return 1;
    const struct core_compact_run *m = &c->run[at >> CORE_RUN_BITS];
    uint64_t below = at == time ? (1ull << time % CORE_RUN_SIZE) - 1 : ~0ull;
    core_id to = place(m, bits(m->live & below), bits(m->live));
    return to ? to : 1; /* 0 would say that there was none */
}

core_id core_compact_next(struct core_compact *c, uint32_t slot, core_id next, core_id *end)
{
    core_id to = core_compact_time(c, slot, next);
    *end = to;
    /* Only who was last may go on in the run; more than one thread is in a slot when there are
     * not enough of them. */
    if (next && slot < c->slots && next == c->slot[slot].top) {
        c->slot[slot].top = 0;
        *end = c->slot[slot].end;
    }
    return to;
}

/* ---- cells ---- */

static uint32_t move_entry(const struct core_compact *c, uint32_t e)
{
    return core_compact_id(c, e >> 4) << 4 | (e & 15);
}

/* The entries that stay, in place. */
static unsigned move_entries(const struct core_compact *c, uint32_t *e, unsigned n)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < n; i++) {
        uint32_t to = move_entry(c, e[i]);
        if (to >> 4)
            e[kept++] = to;
    }
    return kept;
}

static void sift(uint32_t *e, unsigned i, unsigned n)
{
    for (unsigned child; (child = 2 * i + 1) < n; i = child) {
        child += child + 1 < n && e[child] < e[child + 1];
        if (e[i] >= e[child])
            return;
        uint32_t x = e[i];
        e[i] = e[child];
        e[child] = x;
    }
}

/* Heap sort: slots have changed places, so this order is not nearly the old one. */
static void sort_all(uint32_t *e, unsigned n)
{
    for (unsigned i = n / 2; i-- > 0;)
        sift(e, i, n);
    while (n > 1) {
        uint32_t x = e[--n];
        e[n] = e[0];
        e[0] = x;
        sift(e, 0, n);
    }
}

/* Moves the set of r, the first time that it is met. Returns what became of it. */
static uint32_t move_set(struct core_compact *c, uint32_t r)
{
    uint32_t *set = &c->from.set_words[r & ~(CORE_TAG | CORE_SET_FULL)], *e = set + 1;
    if (!(*set & CORE_TAG))
        return set[-1];
    unsigned n = move_entries(c, e, *set & ~CORE_TAG);
    sort_all(e, n);
    *set = n;
    if (n == 0)
        return set[-1] = MOVED_EMPTY;
    if (n == 1)
        return set[-1] = e[0];
    uint32_t last = e[n - 1], to = set_intern(c->shadow, e, n);
    return set[-1] = to ? to : last;
}

/* Every write is among the accesses, too; when those were dropped it must be again. */
static void add_writes(struct half *h)
{
    for (unsigned i = 0; i < h->nw && h->nw <= RECORD_SLOTS; i++)
        h->r[h->nr++] = h->w[i];
}

static uint64_t move_record(struct core_compact *c, uint64_t cell)
{
    struct half h;
    uint32_t r = c->from.records[record_of((uint32_t)cell)].r[0];

    if (r & CORE_TAG)
        move_set(c, r);
    half_decode(&c->from, &h, cell);
    h.nw = move_entries(c, h.w, h.nw);
    if (!(r & CORE_TAG))
        h.nr = move_entries(c, h.r, h.nr);
    if (!h.nr)
        add_writes(&h);
    cell = half_encode(c->shadow, &h, HALF_LONE);
    half_release(&h);
    return cell;
}

static uint64_t move_half(struct core_compact *c, uint64_t cell)
{
    uint32_t w = (uint32_t)cell, r = (uint32_t)(cell >> 32), to;

    if (w & CORE_TAG)
        return is_special(w) ? 0 : move_record(c, cell);
    if (r & CORE_TAG) {
        to = move_set(c, r);
        r = to == MOVED_EMPTY ? 0 : to;
    } else {
        r = move_entry(c, r);
        r = r >> 4 ? r : 0;
    }
    w = move_entry(c, w);
    w = w >> 4 ? w : 0;
    /* the older of two writes is left */
    if (!w && r && !(r & CORE_TAG) && kind_is_plain_write(core_kind(c->shadow, r)))
        w = r;
    return CORE_CELL(w, r ? r : w);
}

static void keep_record(struct core_compact *c, uint64_t cell)
{
    uint32_t w = (uint32_t)cell;
    if ((w & CORE_TAG) && !is_special(w))
        c->record_live[record_of(w) / 64] |= 1ull << (w & 63);
}

static uint64_t move_full(struct core_compact *c, uint64_t cell)
{
    cell = move_half(c, full_to_half(cell));
    keep_record(c, cell);
    return cell ? half_to_full(cell) : 0;
}

static uint64_t move_split(struct core_compact *c, uint64_t p, uint64_t *q)
{
    uint64_t low = move_half(c, p), high = move_half(c, *q);

    if (low == high && (!low || half_is_uniform(c->shadow, low))) {
        *q = CORE_CELL_DEAD;
        return low ? half_to_full(low) : 0;
    }
    keep_record(c, low);
    keep_record(c, high);
    *q = high;
    return low ? low : CORE_CELL_SPLIT;
}

static uint64_t move_cell(struct core_compact *c, uint64_t p, uint64_t *q)
{
    if (cell_is_freed(p))
        return CORE_CELL(CORE_FREED, core_compact_id(c, (uint32_t)(p >> 36)) << 4);
    return core_cell_is_full(p) ? move_full(c, p) : move_split(c, p, q);
}

/* What a cell needs to be kept. */
static enum core_compact_left left_of(uint64_t cell)
{
    if (!cell)
        return CORE_COMPACT_NOTHING;
    return core_cell_is_full(cell) || cell_is_freed(cell) ? CORE_COMPACT_P : CORE_COMPACT_PQ;
}

enum core_compact_left core_compact_cells(struct core_compact *c, uint64_t *p, uint64_t *q,
                                          size_t n)
{
    uint64_t last = 0, last_to = 0, to;
    enum core_compact_left left = CORE_COMPACT_NOTHING;
    for (size_t i = 0; i < n; i++) {
        uint64_t cell = p[i];
        if (cell == 0)
            continue;
        if (cell == CORE_CELL_BUSY) {
            left = CORE_COMPACT_PQ;
            continue;
        }
        if (cell != last) {
            to = move_cell(c, cell, &q[i]);
            if (core_cell_is_full(cell)) {
                last = cell;
                last_to = to;
            }
            if (left < left_of(to))
                left = left_of(to);
        } else {
            to = last_to;
        }
        if (!to && q[i])
            q[i] = 0;
        /* relaxed: a quick look of the program at this moment finds no id of its own */
        __atomic_store_n(&p[i], to, __ATOMIC_RELAXED);
    }
    return left;
}

static void move_chunk(struct core_compact *c, uint32_t index, struct core_chunk *k)
{
    if (!k || !visit_now(c, &k->visit, PASS_MOVE))
        return;
    for (uint32_t s = 0; s < CORE_CHUNK_SLOTS; s++)
        if (k->v[s])
            k->v[s] = core_compact_time(c, index * CORE_CHUNK_SLOTS + s, k->v[s]);
}

void core_compact_clock(struct core_compact *c, const struct core_clock *clock)
{
    struct core_chunks *more = clock->more;

    move_chunk(c, 0, clock->first);
    if (more && visit_now(c, &more->visit, PASS_MOVE))
        for (uint32_t i = 0; i < more->n; i++)
            move_chunk(c, i + 1, more->at[i]);
}

/* ---- the end ---- */

/* Records that no cell has any more become free, whoever lost them. */
static void collect_records(struct core_compact *c)
{
    struct core_shadow *s = c->shadow;
    uint32_t used = s->record_used;

    while (used > 1 && !(c->record_live[(used - 1) / 64] >> (used - 1) % 64 & 1))
        used--;
    s->record_used = used;
    s->record_free = s->record_live = 0;
    for (uint32_t i = used; i-- > 1;) {
        if (c->record_live[i / 64] >> i % 64 & 1) {
            s->record_live++;
        } else {
            s->records[i].w[0] = s->record_free;
            s->record_free = i;
        }
    }
}

void core_compact_end(struct core_compact *c)
{
    for (uint32_t run = 1; run < c->runs_after; run++)
        c->owner[run] = c->new_owner[run];
    c->shadow->owner = c->owner;
    collect_records(c);
    c->shadow->exhausted = c->shadow->crowded = false;
}
