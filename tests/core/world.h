/*
 * A runtime in miniature around core, run side by side with the model.
 *
 * A trace is an array of ops. world_run performs each on core, the way src/runtime does
 * (ids from runs, cached per site while the epoch and the mutexes held last; a release publishes
 * the next id and starts an epoch; a plain access whose entry is already mine is not looked at
 * further), and on the model, and compares the verdict of every access. After a race on which both
 * agree the word is forgotten by both: past the first race what is remembered is not exact.
 *
 * Any bytes at all make a valid trace, so fuzzers and minimisers may do what they like.
 */
#ifndef REPRISE_TESTS_WORLD_H
#define REPRISE_TESTS_WORLD_H

#include <sys/mman.h>

#include "../core_host.h"
#include "core/block.h"
#include "core/clock.h"
#include "core/compact.h"
#include "core/near.h"
#include "core/shadow.h"
#include "model.h"
#include "world_page.h"

enum op_what {
    OP_ACCESS,        /* thread, arg: word */
    OP_ACQUIRE,       /* thread, arg: sync object */
    OP_RELEASE,       /* likewise, joins into what is there */
    OP_RELEASE_STORE, /* likewise, replaces it */
    OP_EDGE,          /* thread -> thread arg: fork, join, barrier */
    OP_RESPAWN,       /* thread arg ends, thread joins it and starts another in its slot */
    OP_NEW_WINDOW,    /* the mutexes held change */
    OP_FORGET,        /* word arg was never accessed */
    OP_STORE,         /* word arg: written by thread, unchecked */
    OP_FREE,          /* word arg: its block is freed by thread */
    OP_COMPACT,       /* nothing happens, under other ids */
    OP_COUNT,
};

struct op {
    uint8_t what, thread, arg;
    uint8_t kind; /* index into world_kinds */
    uint8_t mask, site;
};

/* enum rt_kind: read, write, their atomic twins, free, alloc, vptr read and write */
static const uint8_t world_kinds[] = {0, 1, 2, 3, 5, 9, 16, 17};
enum { WORLD_FREE = 5 };

enum verdict { AGREED, MISSED, FALSE_RACE, WRONG_ENTRY, SKIPPED_RACE, LEAK };
static const char *const verdict_names[] = {
    "agreed",
    "missed a race",
    "reported a race that is none",
    "reported a race with an access that is none",
    "the quick path skipped a race",
    "memory, records or clocks left over",
};

#define COVER_LIST(X)                                                                              \
    X(accesses)                                                                                    \
    X(races)                                                                                       \
    X(id_reused)                                                                                   \
    X(near)                                                                                        \
    X(skipped_full)                                                                                \
    X(skipped_half)                                                                                \
    X(skipped_written)                                                                             \
    X(skipped_shared)                                                                              \
    X(full_one_access)                                                                             \
    X(full_write_and_read)                                                                         \
    X(full_only_read)                                                                              \
    X(full_set)                                                                                    \
    X(full_record)                                                                                 \
    X(full_record_to_halves)                                                                       \
    X(split)                                                                                       \
    X(split_low_empty)                                                                             \
    X(split_high_empty)                                                                            \
    X(split_to_full)                                                                               \
    X(half_set)                                                                                    \
    X(record)                                                                                      \
    X(record_both_halves)                                                                          \
    X(record_set)                                                                                  \
    X(record_four_writes)                                                                          \
    X(record_dropped)                                                                              \
    X(set_over_24)                                                                                 \
    X(slot_over_64)                                                                                \
    X(freed)                                                                                       \
    X(used_after_free)                                                                             \
    X(release_skipped)                                                                             \
    X(compacted)                                                                                   \
    X(compacted_freed)                                                                             \
    X(compacted_set)                                                                               \
    X(compacted_split)                                                                             \
    X(compacted_record)                                                                            \
    X(compacted_full_record)                                                                       \
    X(compacted_to_nothing)                                                                        \
    X(compacted_to_less)                                                                           \
    X(compacted_draft)                                                                             \
    X(draft_known)                                                                                 \
    X(draft_stored)                                                                                \
    X(draft_copied)                                                                                \
    X(draft_packed)                                                                                \
    X(draft_taken_over)                                                                            \
    X(draft_written_out)                                                                           \
    X(exhausted)

struct cover {
#define COVER_FIELD(name) uint64_t name;
    COVER_LIST(COVER_FIELD)
#undef COVER_FIELD
};

static const char *const cover_names[] = {
#define COVER_NAME(name) #name,
    COVER_LIST(COVER_NAME)
#undef COVER_NAME
};

enum {
    WORLD_SET_WORDS = 1 << 20,
    WORLD_SET_BUCKETS = 1 << 8,
    WORLD_RECORDS = 2048,
    WORLD_CACHE = 16,
    WORLD_TOP_RUNS = 1 << 13, /* a trace near the end of the id space has so many runs left */
    WORLD_ROOM = 96 << 20,    /* bytes a compaction works in */
};

struct world_thread {
    struct core_clock clock;
    core_id next, end, epoch_first;
    uint32_t window, span; /* plain accesses with these ids are "mine and now" to the quick path */
    core_id told;          /* time of the last release, */
    uint32_t told_version; /* and of the clock that it was of */
    struct {
        uint32_t key;
        core_id id;
    } cache[WORLD_CACHE];
    struct core_memo memo;
};

/* As struct rt_sync. */
struct world_sync {
    struct core_clock clock; /* without the last releaser's own time */
    uint32_t slot;
    core_id time; /* 0: clock says it all */
};

/* How to run a trace. */
struct world_setup {
    unsigned threads;            /* 1..MODEL_THREADS */
    unsigned run_burst;          /* runs of ids a thread gets at once */
    bool skip;                   /* take the quick path where it applies */
    bool drafts;                 /* the words may be one thread's draft */
    bool high_ids;               /* ids end at CORE_ID_MAX instead of starting at 64 */
    uint32_t set_words, records; /* capacities; small ones run full, then a miss is no fault */
};

struct world {
    struct world_setup setup;
    struct core_shadow shadow;
    struct core_event *log;
    struct core_owner *owner;
    uint32_t *set_words, *set_buckets, *spare_set_words;
    void *room;
    struct core_record *records;
    uint64_t p[MODEL_WORDS], q[MODEL_WORDS];
    struct world_page page;
    struct core_clock all; /* knows everything; for ever */
    long long own_bytes;   /* that it takes */
    struct world_thread thread[MODEL_THREADS];
    struct world_sync sync[MODEL_SYNCS];
    uint32_t run_used, compactions;
    bool lossy; /* a table was full: from then on a miss is no fault */
    struct model model;
    struct cover cover;
};

/* Address space for an array of which little is touched. */
static void *world_reserve(size_t bytes)
{
    void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                   -1, 0);
    if (p == MAP_FAILED)
        abort();
    return p;
}

static void world_open(struct world *w)
{
    w->log = world_reserve(sizeof *w->log << CORE_ID_BITS);
    w->owner = world_reserve(sizeof *w->owner << (CORE_ID_BITS - CORE_RUN_BITS));
    w->set_words = world_reserve(sizeof *w->set_words * WORLD_SET_WORDS);
    w->set_buckets = world_reserve(sizeof *w->set_buckets * WORLD_SET_BUCKETS);
    w->spare_set_words = world_reserve(sizeof *w->set_words * WORLD_SET_WORDS);
    w->records = world_reserve(sizeof *w->records * WORLD_RECORDS);
    w->room = world_reserve(WORLD_ROOM);
    core_clock_know_all(&w->all, MODEL_THREADS);
    w->own_bytes = core_host_live_bytes();
}

/* ---- ids, as src/runtime/event.c hands them out ---- */

static void world_new_run(struct world *w, struct world_thread *t)
{
    uint32_t n = w->setup.run_burst, run = w->run_used;
    if (run + n > 1u << (CORE_ID_BITS - CORE_RUN_BITS))
        abort(); /* a longer trace than the id space has room for */
    w->run_used += n;
    for (uint32_t i = 0; i < n; i++)
        w->owner[run + i] = (struct core_owner){.slot = (uint32_t)(t - w->thread)};
    t->epoch_first = t->next = run << CORE_RUN_BITS;
    t->end = (run + n) << CORE_RUN_BITS;
}

static void world_move_window(struct world_thread *t)
{
    t->window = t->next << 4;
    t->span = t->end - t->next;
}

static void world_new_window(struct world *w, struct world_thread *t)
{
    if (t->next >= t->end)
        world_new_run(w, t);
    t->epoch_first = t->next;
    world_move_window(t);
}

static core_id world_id(struct world *w, struct world_thread *t, unsigned site, unsigned kind)
{
    uint32_t key = site << CORE_KIND_BITS | kind | 1u << 30;
    unsigned place = (site + 3 * kind) % WORLD_CACHE;

    if (t->cache[place].key == key && t->cache[place].id >= t->epoch_first) {
        w->cover.id_reused++;
        return t->cache[place].id;
    }
    if (t->next >= t->end)
        world_new_window(w, t);
    core_id id = t->next++;
    w->log[id] = (struct core_event){site << CORE_KIND_BITS | kind, 0};
    core_owner_note(&w->owner[id >> CORE_RUN_BITS], id, kind);
    if ((kind & CORE_KIND_ATOMIC) || kind == WORLD_FREE)
        world_move_window(t);
    t->cache[place].key = key;
    return t->cache[place].id = id;
}

/* ---- the page ---- */

static struct page_cells world_cells(struct world *w)
{
    return (struct page_cells){&w->shadow, &w->all, w->p, w->q};
}

static struct page_cover world_page_cover(struct cover *c)
{
    return (struct page_cover){&c->draft_known,  &c->draft_stored,     &c->draft_copied,
                               &c->draft_packed, &c->draft_taken_over, &c->draft_written_out};
}

static void world_share(struct world *w)
{
    struct page_cells cells = world_cells(w);
    struct page_cover cover = world_page_cover(&w->cover);
    page_share(&w->page, &cells, &cover);
}

/* ---- a trace's beginning and end ---- */

static void world_start_thread(struct world *w, unsigned slot)
{
    struct world_thread *t = &w->thread[slot];
    memset(t->cache, 0, sizeof t->cache);
    memset(&t->memo, 0, sizeof t->memo);
    world_new_run(w, t);
    world_new_window(w, t);
}

static void world_begin(struct world *w, const struct world_setup *setup)
{
    w->setup = *setup;
    memset(w->set_buckets, 0, sizeof *w->set_buckets * WORLD_SET_BUCKETS);
    core_shadow_init(&w->shadow, w->log, w->owner, w->set_words, setup->set_words, w->set_buckets,
                     WORLD_SET_BUCKETS, w->records, setup->records);
    w->run_used = 1;
    if (setup->high_ids)
        w->run_used = (1u << (CORE_ID_BITS - CORE_RUN_BITS)) - WORLD_TOP_RUNS;
    w->lossy = false;
    memset(w->p, 0, sizeof w->p);
    memset(w->q, 0, sizeof w->q);
    page_reset(&w->page, setup->drafts);
    memset(w->thread, 0, sizeof w->thread[0] * setup->threads);
    memset(w->sync, 0, sizeof w->sync);
    for (unsigned i = 0; i < setup->threads; i++)
        world_start_thread(w, i);
    model_reset(&w->model, setup->threads);
}

static bool world_lossy(struct world *w)
{
    return w->lossy |= w->shadow.exhausted;
}

static enum verdict world_end(struct world *w)
{
    world_share(w);
    for (unsigned i = 0; i < MODEL_WORDS; i++)
        core_shadow_store(&w->shadow, &w->p[i], &w->q[i], 0);
    for (unsigned i = 0; i < w->setup.threads; i++)
        core_clock_clear(&w->thread[i].clock);
    for (unsigned i = 0; i < MODEL_SYNCS; i++)
        core_clock_clear(&w->sync[i].clock);
    w->cover.exhausted += world_lossy(w);
    return w->shadow.record_live == 0 && core_host_live_bytes() == w->own_bytes ? AGREED : LEAK;
}

/* ---- ops ---- */

/* The time of now, to be told. Whoever knows it takes it that he knows all that t knows now, so
 * a time is not told twice when t has learned something in between. */
static core_id world_time(struct world *w, struct world_thread *t)
{
    if (t->next == t->told && t->clock.version != t->told_version) {
        if (t->next >= t->end)
            world_new_run(w, t);
        t->next++;
    }
    t->told_version = t->clock.version;
    return t->told = t->next;
}

static void world_publish(struct world *w, unsigned slot, struct core_clock *to, bool replace)
{
    struct world_thread *t = &w->thread[slot];
    if (replace)
        core_clock_assign(to, &t->clock);
    else
        core_clock_join(to, &t->clock);
    core_clock_raise(to, slot, world_time(w, t));
    world_new_window(w, t);
}

static void world_release_store(struct world *w, unsigned slot, struct world_sync *s)
{
    struct world_thread *t = &w->thread[slot];
    core_clock_assign(&s->clock, &t->clock);
    s->slot = slot;
    s->time = world_time(w, t);
    world_new_window(w, t);
}

static void world_release(struct world *w, unsigned slot, struct world_sync *s)
{
    if (core_clock_empty(&s->clock) && !s->time) {
        world_release_store(w, slot, s);
        return;
    }
    if (s->time)
        core_clock_raise(&s->clock, s->slot, s->time);
    s->time = 0;
    world_publish(w, slot, &s->clock, false);
}

static void world_acquire(struct world *w, unsigned slot, const struct world_sync *s)
{
    struct world_thread *t = &w->thread[slot];
    if (s->time && (s->slot == slot || core_clock_get(&t->clock, s->slot) >= s->time)) {
        w->cover.release_skipped++;
        return;
    }
    core_clock_join(&t->clock, &s->clock);
    if (s->time)
        core_clock_raise(&t->clock, s->slot, s->time);
}

static void world_edge(struct world *w, unsigned from, unsigned to)
{
    world_publish(w, from, &w->thread[to].clock, false);
    model_publish(&w->model, from, w->model.seen[to]);
}

static void world_respawn(struct world *w, unsigned parent, unsigned slot)
{
    world_edge(w, slot, parent);
    world_publish(w, parent, &w->thread[slot].clock, true);
    model_publish(&w->model, parent, w->model.seen[slot]);
    world_start_thread(w, slot);
}

static void world_forget(struct world *w, unsigned word)
{
    core_shadow_store(&w->shadow, &w->p[word], &w->q[word], 0);
    model_forget(&w->model, word);
}

static struct core_actor world_actor(const struct world_thread *t, unsigned slot)
{
    return (struct core_actor){slot, t->epoch_first << 4, t->next - t->epoch_first, &t->clock,
                               (struct core_memo *)&t->memo};
}

static bool world_is_full(uint64_t p)
{
    uint32_t r = (uint32_t)(p >> 32);
    if ((uint32_t)p & CORE_TAG)
        return ((uint32_t)p & CORE_WHOLE) && (uint32_t)p < (uint32_t)CORE_CELL_SPLIT;
    return p && (r & CORE_TAG ? r & CORE_SET_FULL : !(r & 15));
}

/* What comes after the quick look; here every other time. */
static bool world_knows(struct world *w, const struct world_thread *t, unsigned word, unsigned mask,
                        unsigned kind)
{
    struct core_actor actor = world_actor(t, (unsigned)(t - w->thread));
    bool known = w->model.now[t - w->thread] % 2 == 0 &&
                 core_shadow_knows(&w->shadow, &actor, &w->p[word], &w->q[word], mask, kind);
    w->cover.skipped_shared += known;
    return known;
}

/* The quick path: may the runtime stop here, after a look at the cells alone? */
static bool world_skips(struct world *w, const struct world_thread *t, unsigned word, unsigned mask,
                        unsigned kind)
{
    bool write = kind & CORE_KIND_WRITE, high = !(mask & 15);

    if (world_knows(w, t, word, mask, kind))
        return true;
    if (kind & CORE_KIND_ATOMIC)
        return false;
    if (core_known_word(&w->p[word], write, t->window, t->span)) {
        w->cover.skipped_full++;
        return true;
    }
    if (write && core_known_written(&w->p[word], &w->q[word], mask, t->window, t->span)) {
        w->cover.skipped_written++;
        return true;
    }
    if ((mask & 15) && mask >> 4)
        return false;
    bool known = core_known_half(&w->p[word], &w->q[word], high, high ? mask >> 4 : mask, write,
                                 t->window, t->span);
    w->cover.skipped_half += known;
    return known;
}

static void cover_half(struct world *w, uint64_t cell)
{
    uint32_t r = (uint32_t)(cell >> 32), x = (uint32_t)cell;
    if (cell == CORE_CELL_SPLIT)
        return;
    if (!(x & CORE_TAG)) {
        w->cover.half_set += (r & CORE_TAG) != 0;
    } else {
        const struct core_record *record = &w->records[x & (CORE_WROTE - 1)];
        w->cover.record++;
        w->cover.record_four_writes += record->w[3] != 0;
        r = record->r[0];
        w->cover.record_set += (r & CORE_TAG) != 0;
    }
    if (r & CORE_TAG)
        w->cover.set_over_24 += w->set_words[r & ~(CORE_TAG | CORE_SET_FULL)] > 24;
}

static void cover_state(struct world *w, unsigned word, uint64_t before, uint32_t records_before)
{
    bool was_full = before == 0 || world_is_full(before);
    uint64_t p = w->p[word], q = w->q[word];
    uint32_t x = (uint32_t)p, r = (uint32_t)(p >> 32);
    struct cover *c = &w->cover;

    c->record_dropped += w->shadow.record_live < records_before;
    if (world_is_full(p)) {
        c->full_set += (r & CORE_TAG) != 0;
        c->full_record += (x & CORE_TAG) != 0;
        c->full_only_read += x == 0;
        c->full_one_access += x == r;
        c->full_write_and_read += x != 0 && x != r;
        c->split_to_full += !was_full;
        if (r & CORE_TAG)
            c->set_over_24 += w->set_words[r & ~(CORE_TAG | CORE_SET_FULL)] > 24;
        return;
    }
    c->split++;
    c->full_record_to_halves += was_full && ((uint32_t)before & CORE_TAG) != 0;
    c->split_low_empty += p == CORE_CELL_SPLIT;
    c->split_high_empty += q == 0;
    c->record_both_halves += p != CORE_CELL_SPLIT && (x & CORE_TAG) && ((uint32_t)q & CORE_TAG);
    cover_half(w, p);
    cover_half(w, q);
}

static enum verdict world_judge(struct world *w, const struct op *op, unsigned kind,
                                uint64_t conflict)
{
    const struct model *m = &w->model;
    bool races = model_find(m, op->thread, op->arg, op->mask, kind) != NULL;
    unsigned bytes = (unsigned)(conflict >> 32);
    core_id id = (uint32_t)conflict >> 4;

    w->cover.races += races;
    if (m->word[op->arg].freed) {
        w->cover.used_after_free++;
        if (!conflict)
            return MISSED;
        return id == m->word[op->arg].freed && bytes == 0xff ? AGREED : WRONG_ENTRY;
    }
    if (!conflict)
        return races && !world_lossy(w) ? MISSED : AGREED;
    if (!races)
        return FALSE_RACE;
    if (!(bytes & op->mask) || (bytes & ~model_bytes(m, op->arg, id)) ||
        !model_confirms(m, op->thread, op->arg, op->mask & bytes, kind, id))
        return WRONG_ENTRY;
    return AGREED;
}

/* One access as the runtime makes it: first in the near way, or as a block of one word, here every
 * other time each. */
static uint64_t world_touch(struct core_shadow *s, const struct core_actor *a, uint64_t *p,
                            uint64_t *q, unsigned mask, core_id id, unsigned kind, uint64_t *near)
{
    struct core_near n;
    bool simple = core_mix(id) >> 42 & 1;
    if (!(kind & CORE_KIND_ATOMIC) && core_mix(id) >> 40 & 1 &&
        (simple ? core_near_find_simple(&n, p, q, mask) : core_near_find(&n, p, q, mask))) {
        if (simple ? core_near_knows_simple(s, a, &n, kind) ||
                         core_near_change_simple(s, a, &n, id, kind)
                   : core_near_knows(s, a, &n, kind) || core_near_change(s, a, &n, id, kind)) {
            ++*near;
            return 0;
        }
    }
    if (!(kind & CORE_KIND_ATOMIC) && mask != 0xff && core_mix(id) >> 43 & 1 &&
        core_near_divide(s, a, p, q, mask, id, kind)) {
        ++*near;
        return 0;
    }
    if (!(kind & CORE_KIND_ATOMIC) && mask == 0xff && core_mix(id) >> 41 & 1 &&
        core_block_access(s, a, p, 1, id, kind) == 1)
        return 0;
    return core_shadow_access(s, a, p, q, mask, id, kind);
}

/* Where there are no conflicts; *done: that was it. */
static enum verdict world_draft(struct world *w, const struct op *op, unsigned kind, bool *done)
{
    struct world_thread *t = &w->thread[op->thread];
    struct page_cells cells = world_cells(w);
    struct page_cover cover = world_page_cover(&w->cover);
    bool write = kind & CORE_KIND_WRITE;
    core_id id = 0;

    *done = false;
    if ((kind & CORE_KIND_ATOMIC) || kind == WORLD_FREE) {
        world_share(w);
        return AGREED;
    }
    for (;;) {
        if (!page_own(&w->page, op->thread, t->window, &t->clock, &cells, &cover))
            return AGREED;
        if (page_knows(&w->page, op->arg, op->mask, write, &cover))
            break;
        id = world_id(w, t, op->site, kind);
        if (t->window != w->page.window)
            continue; /* an epoch began with it */
        if (!page_store(&w->page, op->arg, op->mask, write, id, &cells, &cover))
            return AGREED;
        break;
    }
    *done = true;
    w->cover.accesses++;
    if (!world_lossy(w) && model_find(&w->model, op->thread, op->arg, op->mask, kind))
        return SKIPPED_RACE;
    model_add(&w->model, op->thread, op->arg, op->mask, kind, id);
    return AGREED;
}

static enum verdict world_access(struct world *w, const struct op *op)
{
    struct world_thread *t = &w->thread[op->thread];
    unsigned word = op->arg, kind = world_kinds[op->kind];
    bool done;
    enum verdict draft = world_draft(w, op, kind, &done);
    if (done)
        return draft;
    bool skips = w->setup.skip && world_skips(w, t, word, op->mask, kind);
    enum verdict verdict = AGREED;
    core_id id = skips ? 0 : world_id(w, t, op->site, kind);
    struct core_actor actor = world_actor(t, op->thread);

    w->cover.accesses++;
    w->cover.slot_over_64 += op->thread >= CORE_CHUNK_SLOTS;
    if (skips) {
        if (!world_lossy(w) &&
            (w->model.word[word].freed || model_find(&w->model, op->thread, word, op->mask, kind)))
            return SKIPPED_RACE;
    } else {
        uint64_t before = w->p[word];
        uint32_t records = w->shadow.record_live;
        uint64_t conflict = world_touch(&w->shadow, &actor, &w->p[word], &w->q[word], op->mask, id,
                                        kind, &w->cover.near);
        cover_state(w, word, before, records);
        verdict = world_judge(w, op, kind, conflict);
        if (conflict) {
            world_forget(w, word);
            return verdict;
        }
    }
    model_add(&w->model, op->thread, word, op->mask, kind, id);
    return verdict;
}

static void world_store(struct world *w, const struct op *op)
{
    world_share(w);
    core_id id = world_id(w, &w->thread[op->thread], op->site, CORE_KIND_WRITE);
    core_shadow_store(&w->shadow, &w->p[op->arg], &w->q[op->arg], id);
    model_forget(&w->model, op->arg);
    model_add(&w->model, op->thread, op->arg, 0xff, CORE_KIND_WRITE, id);
}

static enum verdict world_free(struct world *w, struct op *op)
{
    struct world_thread *t = &w->thread[op->thread];
    core_id id = world_id(w, t, op->site, WORLD_FREE);
    struct core_actor actor = world_actor(t, op->thread);
    world_share(w);
    uint64_t conflict =
        core_shadow_free(&w->shadow, &actor, &w->p[op->arg], &w->q[op->arg], id, WORLD_FREE);
    op->mask = 0xff;
    enum verdict verdict = world_judge(w, op, WORLD_FREE, conflict);
    model_forget(&w->model, op->arg);
    w->model.word[op->arg].freed = id;
    w->cover.freed++;
    return verdict;
}

/* ---- compaction, as src/runtime/collect.c does it ---- */

static void world_cover_compaction(struct world *w, const uint64_t *before)
{
    struct cover *c = &w->cover;
    c->compacted++;
    for (unsigned i = 0; i < MODEL_WORDS; i++) {
        uint32_t x = (uint32_t)before[i], r = (uint32_t)(before[i] >> 32);
        bool split = before[i] && !world_is_full(before[i]) && x != CORE_FREED;
        c->compacted_freed += x == CORE_FREED;
        c->compacted_split += split;
        c->compacted_full_record += !split && x != CORE_FREED && (x & CORE_TAG);
        c->compacted_record += split && before[i] != CORE_CELL_SPLIT && (x & CORE_TAG);
        c->compacted_set += !(x & CORE_TAG) && (r & CORE_TAG);
        c->compacted_to_nothing += before[i] && !w->p[i];
        c->compacted_to_less +=
            !(x & CORE_TAG) && (r & CORE_TAG) && w->p[i] && !((uint32_t)(w->p[i] >> 32) & CORE_TAG);
    }
}

static uint32_t world_new_name(const void *compact, uint32_t id)
{
    return core_compact_id(compact, id);
}

static void world_compact_mark(struct world *w, struct core_compact *c)
{
    unsigned threads = w->setup.threads;
    for (unsigned i = 0; i < threads; i++) {
        core_compact_knows(c, i, &w->thread[i].clock);
        core_compact_top(c, i, w->thread[i].next);
    }
    core_compact_mark_begin(c);
    core_compact_mark_cells(c, w->p, w->q, MODEL_WORDS);
    for (unsigned i = 1; w->page.state == PAGE_DRAFT && i <= w->page.draft.last; i++)
        core_compact_mark_id(c, w->page.draft.id[i]);
    for (unsigned i = 0; i < threads; i++) {
        core_compact_mark_clock(c, &w->thread[i].clock);
        core_compact_mark_time(c, i, w->thread[i].next);
    }
    for (unsigned i = 0; i < MODEL_SYNCS; i++) {
        core_compact_mark_clock(c, &w->sync[i].clock);
        core_compact_mark_time(c, w->sync[i].slot, w->sync[i].time);
    }
}

static void world_compact_thread(struct core_compact *c, unsigned slot, struct world_thread *t)
{
    core_compact_clock(c, &t->clock);
    t->told = core_compact_time(c, slot, t->told);
    t->epoch_first = t->next = core_compact_next(c, slot, t->next, &t->end);
    memset(t->cache, 0, sizeof t->cache);
    memset(&t->memo, 0, sizeof t->memo);
    world_move_window(t);
}

/* A few cells at a time, and what it says is not needed is cleared. */
static void world_compact_cells(struct world *w, struct core_compact *c)
{
    size_t n = 1 + w->compactions % 4;
    for (size_t i = 0; i < MODEL_WORDS; i += n) {
        size_t some = MODEL_WORDS - i < n ? MODEL_WORDS - i : n;
        enum core_compact_left left = core_compact_cells(c, w->p + i, w->q + i, some);
        if (left != CORE_COMPACT_PQ)
            memset(w->q + i, 0, some * sizeof *w->q);
        if (left == CORE_COMPACT_NOTHING)
            memset(w->p + i, 0, some * sizeof *w->p);
    }
}

static void world_compact(struct world *w)
{
    struct core_compact c;
    uint64_t before[MODEL_WORDS];
    uint32_t *old_sets = w->set_words;
    size_t room = core_compact_room(&w->shadow, w->run_used, w->setup.threads);

    if (room > WORLD_ROOM)
        abort();
    world_lossy(w);
    memcpy(before, w->p, sizeof before);
    memset(w->room, 0, room);
    core_compact_begin(&c, &w->shadow, w->log, w->owner, w->run_used, w->setup.threads,
                       ++w->compactions, w->room, w->spare_set_words);
    world_compact_mark(w, &c);
    core_compact_renumber(&c);
    world_compact_cells(w, &c);
    if (w->page.state == PAGE_DRAFT) {
        w->cover.compacted_draft++;
        w->page.window = 0;
        for (unsigned i = 1; i <= w->page.draft.last; i++)
            w->page.draft.id[i] = core_compact_id(&c, w->page.draft.id[i]);
    }
    for (unsigned i = 0; i < w->setup.threads; i++)
        world_compact_thread(&c, i, &w->thread[i]);
    for (unsigned i = 0; i < MODEL_SYNCS; i++) {
        core_compact_clock(&c, &w->sync[i].clock);
        w->sync[i].time = core_compact_time(&c, w->sync[i].slot, w->sync[i].time);
    }
    core_compact_end(&c);
    w->run_used = c.runs_after;
    w->set_words = w->spare_set_words;
    w->spare_set_words = old_sets;
    model_rename(&w->model, world_new_name, &c);
    world_cover_compaction(w, before);
}

/* Makes any bytes a valid op of this world. */
static struct op world_valid(const struct world *w, struct op op)
{
    op.what %= OP_COUNT;
    op.thread %= w->setup.threads;
    if (op.what == OP_EDGE || op.what == OP_RESPAWN)
        op.arg %= w->setup.threads;
    else
        op.arg %= op.what == OP_ACCESS || op.what >= OP_FORGET ? MODEL_WORDS : MODEL_SYNCS;
    op.kind %= sizeof world_kinds;
    op.mask += !op.mask;
    return op;
}

static void world_sync(struct world *w, const struct op *op)
{
    struct model *m = &w->model;
    switch (op->what) {
    case OP_ACQUIRE:
        world_acquire(w, op->thread, &w->sync[op->arg]);
        model_acquire(m, op->thread, m->sync[op->arg]);
        break;
    case OP_RELEASE:
        world_release(w, op->thread, &w->sync[op->arg]);
        model_publish(m, op->thread, m->sync[op->arg]);
        break;
    case OP_RELEASE_STORE:
        world_release_store(w, op->thread, &w->sync[op->arg]);
        model_replace(m, op->thread, m->sync[op->arg]);
        break;
    case OP_EDGE:
        if (op->thread != op->arg)
            world_edge(w, op->thread, op->arg);
        break;
    case OP_RESPAWN:
        if (op->thread != op->arg)
            world_respawn(w, op->thread, op->arg);
        break;
    default:
        world_new_window(w, &w->thread[op->thread]);
    }
}

static enum verdict world_step(struct world *w, struct op op)
{
    op = world_valid(w, op);
    switch (op.what) {
    case OP_ACCESS:
        return world_access(w, &op);
    case OP_FORGET:
        world_share(w);
        world_forget(w, op.arg);
        for (unsigned i = 0; w->setup.drafts && op.site % 2 && i < MODEL_WORDS; i++)
            world_forget(w, i); /* the whole page */
        if (op.site % 2)
            page_reset(&w->page, w->setup.drafts);
        break;
    case OP_STORE:
        world_store(w, &op);
        break;
    case OP_FREE:
        return world_free(w, &op);
    case OP_COMPACT:
        world_compact(w);
        break;
    default:
        world_sync(w, &op);
    }
    return AGREED;
}

/* Runs a whole trace. *at: the op of the verdict, count when it came at the end. */
static inline enum verdict world_run(struct world *w, const struct world_setup *setup,
                                     const struct op *ops, size_t count, size_t *at)
{
    enum verdict verdict = AGREED;
    world_begin(w, setup);
    for (*at = 0; *at < count; ++*at)
        if ((verdict = world_step(w, ops[*at])) != AGREED)
            break;
    enum verdict end = world_end(w);
    return verdict != AGREED ? verdict : end;
}

#endif
