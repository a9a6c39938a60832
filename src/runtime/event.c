#include "collect.h"
#include "draft.h"
#include "event_quick.h"
#include "filter.h"
#include "finding.h"
#include "format.h"
#include "index.h"
#include "options.h"
#include "shadow_map.h"
#include "sync.h"
#include "sys/sys.h"
#include "thread.h"
#include "turn.h"
#include <errno.h>

enum {
    SITES_MAX = 1 << RT_SITE_BITS,
    SITE_BUCKET_BITS = 20,
    SET_WORDS = 1 << 26,
    SET_BUCKETS = 1 << 20,
    RECORDS = 1 << 23,
    RUNS = 1 << (CORE_ID_BITS - CORE_RUN_BITS),
    RUNS_WANTED = RUNS - RUNS / 8, /* above: compact, or drop the history */
    RUNS_KEPT = RUNS - RUNS / 4,   /* as many may be left; else it would be back in no time */
    RUNS_AT_ONCE = 64,
    /* Runs between two compactions. Their rows are memory, so they are not many: 8 MB. But a
     * compaction looks at all shadow, so with much of that they may be more: half of it. And it
     * writes all records anew, so with many of these more again. */
    RUNS_TO_COMPACT = 1 << (20 - CORE_RUN_BITS),
    RUNS_TO_COMPACT_PER_PAGE = 4,
    RECORDS_A_RUN_TO_COMPACT = 32,
    /* Goroutines come and go by the thousand without anybody waiting for them. */
    READERS_MAX = RT_GO ? 64 : 4096,
    CACHE_LEAST = 16,     /* ids that a thread remembers: few at first, */
    CACHE_MOST = 1 << 14, /* these when it works on */
    LATE_FOR_MEMO = 128,  /* accesses that the quick look didn't know */
    LATE_FOR_FILTER = 1024,
    FILTERS_MAX = 2048, /* at a time: 36 MB */
    PLAIN_LEAST = 16,   /* ids that an atomic access leaves for plain ones */
    PLAIN_MOST = 256,
};

/* A place in the program in one calling context. */
struct site {
    uint64_t key; /* hash of context, pc, kind, size, tag: names the site */
    uint64_t pc : 48, size : 16;
    rt_stack context;
    uint32_t chain; /* index.h */
    uint32_t tag;
};

struct core_shadow rt_shadow;
bool rt_event_reset_wanted;
uint32_t rt_world_stopped;
uint32_t rt_filter_voids;
bool rt_filters_allowed = !RT_GO;

static struct core_event *event_log;
static struct core_owner *owner;
static struct site *sites;
static uint32_t site_used = 1, run_used = 1;
static uint32_t run_limit = RUNS_WANTED; /* above: ask for a compaction */
static bool drop_wanted;
static void *compact_room;
static size_t compact_room_bytes;
static core_lock site_lock;
static unsigned resets;
static uint32_t *set_words, *set_buckets;
static uint32_t *spare_sets; /* where a compaction puts them; the two take turns */
static struct core_record *records;

static uint64_t site_key(uint32_t i)
{
    return sites[i].key;
}

static uint32_t *site_chain(uint32_t i)
{
    return &sites[i].chain;
}

static struct rt_index site_index = {.hash = site_key, .chain = site_chain};

static void shadow_tables_init(void)
{
    core_shadow_init(&rt_shadow, event_log, owner, set_words, SET_WORDS, set_buckets, SET_BUCKETS,
                     records, RECORDS);
    rt_shadow.readers_max = READERS_MAX;
}

/* Where the next compaction is due. */
static void set_limit(size_t pages)
{
    size_t grow = RUNS_TO_COMPACT + pages * RUNS_TO_COMPACT_PER_PAGE +
                  rt_shadow.record_live / RECORDS_A_RUN_TO_COMPACT;
    if (rt_options.memory_limit_mb) { /* an eighth of it at most */
        size_t most =
            ((size_t)rt_options.memory_limit_mb << 17) / (sizeof *event_log << CORE_RUN_BITS);
        grow = grow < most ? grow : most;
    }
    if (rt_options.compact_every)
        grow = (size_t)rt_options.compact_every >> CORE_RUN_BITS;
    run_limit = run_used + grow < RUNS_WANTED ? run_used + (uint32_t)grow : RUNS_WANTED;
}

int rt_event_init(void)
{
    event_log = sys_reserve("events", sizeof *event_log << CORE_ID_BITS);
    owner = sys_reserve("events", sizeof *owner * RUNS);
    sites = sys_reserve("sites", sizeof *sites * SITES_MAX);
    set_words = sys_reserve("sets", sizeof *set_words * SET_WORDS);
    spare_sets = sys_reserve("sets", sizeof *set_words * SET_WORDS);
    set_buckets = sys_reserve("sets", sizeof *set_buckets * SET_BUCKETS);
    records = sys_reserve("records", sizeof *records * RECORDS);
    if (!event_log || !owner || !sites || !set_words || !spare_sets || !set_buckets || !records ||
        rt_index_init(&site_index, "sites", SITE_BUCKET_BITS))
        return -ENOMEM;
    shadow_tables_init();
    set_limit(0);
    return 0;
}

/* ---- sites ---- */

static uint32_t site_find(uint64_t key)
{
    /* acquire: the site's fields are complete */
    uint32_t i = __atomic_load_n(rt_index_head(&site_index, key), __ATOMIC_ACQUIRE);
    while (i && sites[i].key != key)
        i = __atomic_load_n(&sites[i].chain, __ATOMIC_RELAXED); /* lower ones are there, too */
    return i;
}

/* User addresses end below bit 47; it keeps the mark of a virtual machine's pc (bit 60). */
static uint64_t pack_pc(rt_pc pc)
{
    return (pc & ((1ull << 47) - 1)) | (pc >> 60 & 1) << 47;
}

static rt_pc unpack_pc(uint64_t packed)
{
    return (packed & ((1ull << 47) - 1)) | packed >> 47 << 60;
}

static RT_COLD uint32_t site_add(struct rt_thread *t, uint64_t key, rt_pc pc, unsigned size,
                                 unsigned tag)
{
    rt_stack context = rt_stack_context(t);
    core_lock_acquire(&site_lock);
    uint32_t i = site_find(key);
    if (!i && site_used < SITES_MAX) {
        i = site_used++;
        sites[i] = (struct site){key, pack_pc(pc), size, context, 0, tag};
        rt_index_add(&site_index, i);
    }
    core_lock_release(&site_lock);
    return i; /* 0 when full: an event without a stack */
}

/* ---- ids ---- */

/* Leaves t without ids when there are none: it is as if ignored until the scope closes. */
static RT_COLD void new_run(struct rt_thread *t)
{
    struct rt_caches *c = t->caches;
    if (c->runs_at_once < RUNS_AT_ONCE && !rt_options.compact_every)
        c->runs_at_once++;
    uint32_t n = c->runs_at_once ? c->runs_at_once : 1;
    /* relaxed: only uniqueness matters; the owner row is read after the id was published */
    uint32_t run = __atomic_load_n(&run_used, __ATOMIC_RELAXED);
    do {
        if (run + n > run_limit)
            rt_event_reset_wanted = true;
        if (run + n > RUNS)
            return;
    } while (!__atomic_compare_exchange_n(&run_used, &run, run + n, true, __ATOMIC_RELAXED,
                                          __ATOMIC_RELAXED));
    for (uint32_t i = 0; i < n; i++)
        owner[run + i] = (struct core_owner){.slot = t->slot};
    bool first = t->end == 0;
    t->nunseen = 0; /* ids of others are in between */
    t->epoch_first = t->next = run << CORE_RUN_BITS;
    t->end = (run + n) << CORE_RUN_BITS;
    if (first)
        rt_thread_owns_from(t, t->next);
}

void rt_event_new_window(struct rt_thread *t)
{
    if (!rt_multi)
        return;
    if (t->next >= t->end)
        new_run(t);
    rt_event_leave_plain(t);
    t->epoch_first = t->next;
    rt_filter_empty(t->filter);
    rt_event_move_window(t, t->next);
}

void rt_event_new_epoch(struct rt_thread *t)
{
    t->nunseen = 0;
    rt_event_new_window(t);
}

void rt_event_new_epoch_after(struct rt_thread *t, const void *object, uint32_t learned)
{
    /* where a strategy decides, what is known decides what is a point: it may not depend on where
     * runs of ids end, which hashes of addresses have a part in */
    if (!rt_multi || rt_controlled()) {
        rt_event_new_epoch(t);
        return;
    }
    if (t->nunseen == RT_UNSEEN_MAX) {
        t->nunseen--;
        for (uint32_t i = 0; i < t->nunseen; i++)
            t->unseen[i] = t->unseen[i + 1];
    }
    t->unseen[t->nunseen++] = (struct rt_unseen){object, learned, t->epoch_first};
    rt_event_new_window(t);
}

void rt_event_take_back_latest(struct rt_thread *t, uint32_t learned)
{
    const struct rt_unseen *u = &t->unseen[--t->nunseen];
    if (u->learned != learned) {
        t->nunseen = 0; /* whoever learned of this one knows of those before it */
        return;
    }
    t->epoch_first = u->epoch_first;
    rt_event_reopen_window(t);
}

core_id rt_event_tell(struct rt_thread *t)
{
    bool all = true;
    if (t->next == t->told && !rt_event_told_all(t)) {
        if (t->next >= t->end)
            new_run(t);
        all = t->next < t->end;
        t->next += all;
    }
    if (all)
        t->told_version = t->clock.version;
    return t->told = t->next;
}

static void cache_free(struct rt_caches *c)
{
    if (c->id)
        core_free(c->id, c->size * sizeof *c->id);
}

static void cache_resize(struct rt_caches *c, uint32_t size)
{
    cache_free(c);
    c->id = core_alloc(size * sizeof *c->id);
    c->size = size;
    c->shift = (uint32_t)__builtin_clz(size) + 33;
    c->misses = 0;
}

static void give_memo(struct rt_thread *t)
{
    if (!t->memo)
        t->memo = core_alloc(sizeof *t->memo);
}

/* Many threads do little; the others soon have a table that serves them. */
static RT_COLD void cache_grow(struct rt_thread *t)
{
    cache_resize(t->caches, t->caches->size * 4);
    give_memo(t);
}

/* How many there are. Relaxed: a limit that may be passed by a few. */
static uint32_t filters;

static void give_filter(struct rt_thread *t)
{
    t->caches->late = LATE_FOR_MEMO; /* if there are enough, it asks again */
    if (!rt_filters_allowed || __atomic_load_n(&filters, __ATOMIC_RELAXED) >= FILTERS_MAX)
        return;
    __atomic_fetch_add(&filters, 1, __ATOMIC_RELAXED);
    t->filter = core_alloc(sizeof *t->filter);
    rt_filter_empty(t->filter);
}

static void take_filter(struct rt_thread *t)
{
    if (!t->filter)
        return;
    core_free(t->filter, sizeof *t->filter);
    t->filter = NULL;
    __atomic_fetch_sub(&filters, 1, __ATOMIC_RELAXED);
}

void rt_event_count_late(struct rt_thread *t)
{
    uint32_t late = ++t->caches->late;

    if (late == LATE_FOR_MEMO)
        give_memo(t);
    if (late >= LATE_FOR_FILTER)
        give_filter(t);
}

void rt_filter_wrap(struct rt_filter *f)
{
    rt_memset(f->word, 0, sizeof f->word);
    rt_memset(f->set, 0, sizeof f->set);
    f->stamp = 1ull << RT_FILTER_STAMP;
}

static void forget_memo(struct rt_thread *t)
{
    rt_filter_empty(t->filter);
    if (t->memo)
        *t->memo = (struct core_memo){0};
}

void rt_event_start(struct rt_thread *t)
{
    if (!t->caches) {
        t->caches = core_alloc(sizeof *t->caches);
        cache_resize(t->caches, CACHE_LEAST);
    }
    forget_memo(t);
    t->next = t->end = t->plain_next = t->plain_end = 0;
    new_run(t);
    if (t->tls)
        rt_event_new_window(t);
}

void rt_event_thread_free(struct rt_thread *t)
{
    if (t->caches) {
        cache_free(t->caches);
        core_free(t->caches, sizeof *t->caches);
    }
    if (t->memo)
        core_free(t->memo, sizeof *t->memo);
    take_filter(t);
    t->caches = NULL;
    t->memo = NULL;
}

/* For an atomic access: leaves room for plain ones, if the window is still to be kept. */
static void set_apart(struct rt_thread *t)
{
    if (t->plain_end)
        return;
    /* a goroutine's time may be read by others at any moment: rt_thread_knows_all */
    if (!RT_GO && !rt_controlled() && t->plain_left && t->end - t->next > t->plain_left) {
        t->plain_next = t->next;
        t->plain_end = t->next += t->plain_left;
    } else {
        t->plain_first = t->next + 1;
    }
    rt_event_reopen_window(t);
}

static __attribute__((noinline)) core_id draw_next(struct rt_thread *t, bool apart)
{
    if (core_unlikely(t->next >= t->end)) {
        rt_event_new_window(t);
        if (t->next >= t->end)
            return 0;
    }
    if (apart) {
        set_apart(t);
    } else if (core_unlikely(t->plain_end)) {
        if (t->plain_left < PLAIN_MOST)
            t->plain_left *= 2;
        rt_event_leave_plain(t);
        rt_event_reopen_window(t);
    } else if (core_unlikely(t->plain_first > t->epoch_first && !t->plain_left)) {
        t->plain_left = PLAIN_LEAST; /* some should have been left */
    }
    return t->next++;
}

static core_id draw(struct rt_thread *t, uint32_t site, enum rt_kind kind)
{
    bool apart = rt_event_is_apart(kind) && !t->keeps_window;
    core_id id;

    if (core_likely(!apart && !t->plain_end && t->plain_first <= t->epoch_first &&
                    t->next < t->end))
        id = t->next++;
    else if (!apart && t->plain_next < t->plain_end)
        id = t->plain_next++;
    else if (!(id = draw_next(t, apart)))
        return 0;
    event_log[id] = (struct core_event){site << CORE_KIND_BITS | kind, t->lockset};
    core_owner_note(&owner[id >> CORE_RUN_BITS], id, kind);
    return id;
}

static __attribute__((noinline)) core_id id_anew(struct rt_thread *t, struct rt_cached *c,
                                                 enum rt_kind kind)
{
    c->lockset = t->lockset;
    return c->id = draw(t, c->site & (SITES_MAX - 1), kind);
}

/* The thread does not remember it. */
static __attribute__((noinline)) core_id id_of_new_site(struct rt_thread *t, uint64_t key, rt_pc pc,
                                                        enum rt_kind kind, unsigned size,
                                                        unsigned tag)
{
    struct rt_caches *all = t->caches;
    uint32_t site = site_find(key);

    if (!site)
        site = site_add(t, key, pc, size, tag);
    if (core_unlikely(++all->misses > 2 * all->size) && all->size < CACHE_MOST)
        cache_grow(t);
    struct rt_cached *c = rt_event_cached(t, key);
    c->site = key >> RT_SITE_BITS << RT_SITE_BITS | site;
    return id_anew(t, c, kind);
}

core_id rt_event_id_of(struct rt_thread *t, uint64_t key, rt_pc pc, enum rt_kind kind,
                       unsigned size, unsigned tag)
{
    struct rt_cached *c = rt_event_cached(t, key);

    if (core_unlikely((c->site ^ key) >> RT_SITE_BITS))
        return id_of_new_site(t, key, pc, kind, size, tag);
    core_id id = rt_event_id_known(t, key, kind);
    return id ? id : id_anew(t, c, kind);
}

core_id rt_event_id(struct rt_thread *t, rt_pc pc, enum rt_kind kind, unsigned size, unsigned tag)
{
    return rt_event_id_of(t, rt_event_key(t, pc, kind, size, tag), pc, kind, size, tag);
}

void rt_event_read(core_id id, struct rt_event *out)
{
    const struct core_event *e = &event_log[id];
    const struct site *s = &sites[e->site_kind >> CORE_KIND_BITS];
    uint32_t slot = owner[id >> CORE_RUN_BITS].slot;

    *out = (struct rt_event){
        .slot = slot,
        .thread = rt_thread_of_id(slot, id),
        .kind = e->site_kind & ((1 << CORE_KIND_BITS) - 1),
        .size = s->size,
        .tag = s->tag,
        .lockset = e->lockset,
        .stack = rt_stack_push(s->context, unpack_pc(s->pc)),
    };
}

unsigned rt_event_resets(void)
{
    return resets;
}

void rt_event_ask_drop(void)
{
    rt_event_reset_wanted = drop_wanted = true;
}

/* ---- the gate ---- */

void rt_world_wait(struct rt_tls *tls)
{
    int depth = tls->depth;
    do {
        tls->depth = 0;
        /* acquire: what the stopper did is visible when we go on */
        while (__atomic_load_n(&rt_world_stopped, __ATOMIC_ACQUIRE))
            sys_futex_wait(&rt_world_stopped, 1);
        tls->depth = depth;
        __atomic_signal_fence(__ATOMIC_SEQ_CST);
        /* the next stopper may have come before it could see us inside; see gate_enter */
    } while (__atomic_load_n(&rt_world_stopped, __ATOMIC_ACQUIRE));
}

struct gate {
    const struct rt_tls *tls;
    struct gate *next;
};
static struct gate *gates; /* release when one is added; none goes */
static core_lock gates_lock;

void rt_gate_add(struct rt_tls *tls)
{
    struct gate *g = core_alloc(sizeof *g);
    core_lock_acquire(&gates_lock);
    *g = (struct gate){tls, gates};
    __atomic_store_n(&gates, g, __ATOMIC_RELEASE);
    core_lock_release(&gates_lock);
}

bool rt_gate_anyone_inside(void)
{
    bool inside = false;
    /* acquire: what it did inside is done */
    for (struct gate *g = __atomic_load_n(&gates, __ATOMIC_ACQUIRE); g && !inside; g = g->next)
        inside = __atomic_load_n(&g->tls->depth, __ATOMIC_ACQUIRE) > 0;
    return inside;
}

/* 0 free, 1 held, 2 held and waited for. Waiters sleep, outside the gate: the one who holds it
 * waits for them to be there. */
static uint32_t stop_word;

static void stop_lock(struct rt_tls *tls)
{
    int depth = tls->depth;
    uint32_t seen = 0;
    /* acquire: what earlier stoppers did */
    if (__atomic_compare_exchange_n(&stop_word, &seen, 1, false, __ATOMIC_ACQUIRE,
                                    __ATOMIC_RELAXED))
        return;
    tls->depth = 0;
    while (__atomic_exchange_n(&stop_word, 2, __ATOMIC_ACQUIRE) != 0)
        sys_futex_wait(&stop_word, 2);
    tls->depth = depth; /* nobody else can be stopping the world now */
}

static void stop_unlock(void)
{
    /* release: what this stopper did */
    if (__atomic_exchange_n(&stop_word, 0, __ATOMIC_RELEASE) == 2)
        sys_futex_wake(&stop_word, 1);
}

void rt_world_stop(struct rt_thread *t)
{
    stop_lock(t->tls);
    __atomic_store_n(&rt_world_stopped, 1, __ATOMIC_SEQ_CST);
    /* pairs with the plain store of depth and load of the flag in a scope; where a sandbox
     * forbids it, store buffers have drained long before this is over */
    if (sys_membarrier())
        sys_sleep(&(struct timespec){0, 1000000});
    rt_thread_wait_outside(t);
}

void rt_world_go(struct rt_thread *t)
{
    (void)t;
    /* release: pairs with rt_world_wait */
    __atomic_store_n(&rt_world_stopped, 0, __ATOMIC_RELEASE);
    sys_futex_wake(&rt_world_stopped, 1 << 30);
    stop_unlock();
}

/* ---- compaction, and dropping everything ---- */

/* Of a thread that is outside: it reads both words again at its next access. */
static void resume_window(struct rt_thread *t)
{
    t->epoch_first = t->next;
    t->nunseen = 0;
    t->plain_first = t->plain_next = t->plain_end = 0;
    if (!t->tls)
        return;
    t->tls->span = 0;
    t->tls->window = t->next << 4;
    t->tls->span = rt_multi ? t->end - t->next : -1u;
}

/* What t remembers of the shadow names ids, which get another meaning. */
static void forget_known(struct rt_thread *t)
{
#if !RT_GO
    for (int i = 0; i < RT_ATOMICS_KNOWN; i++)
        t->atomics[i].addr = 0;
#endif
}

/* No id is "mine and now" any more, neither for the quick look nor for reuse. */
static void suspend_window(struct rt_thread *t, void *arg)
{
    (void)arg;
    forget_known(t);
    t->nunseen = 0;
    forget_memo(t);
    if (t->tls)
        t->tls->span = 0;
    for (uint32_t i = 0; t->caches && i < t->caches->size; i++)
        t->caches->id[i].id = 0;
}

static void continue_thread(struct rt_thread *t, void *arg)
{
    (void)arg;
    if (t->caches)
        resume_window(t);
}

static uint32_t runs_in_use(void)
{
    return run_used < RUNS ? run_used : RUNS;
}

core_id rt_event_ids_end(void)
{
    return runs_in_use() << CORE_RUN_BITS;
}

int rt_event_compact_begin(struct core_compact *c, uint32_t slots, uint32_t generation)
{
    compact_room_bytes = core_compact_room(&rt_shadow, runs_in_use(), slots);
    compact_room = sys_map(compact_room_bytes);
    if (!compact_room)
        return -ENOMEM;
    rt_thread_for_each(suspend_window, NULL);
    core_compact_begin(c, &rt_shadow, event_log, owner, runs_in_use(), slots, generation,
                       compact_room, spare_sets);
    return 0;
}

bool rt_event_compact_fits(const struct core_compact *c)
{
    return c->runs_after <= RUNS_KEPT && rt_shadow.set_used <= SET_WORDS - SET_WORDS / 4 &&
           rt_shadow.record_live <= RECORDS - RECORDS / 4;
}

/* Gives back the pages of an array behind what is in use. */
static void discard_tail(void *array, size_t used, size_t end)
{
    uintptr_t low = ((uintptr_t)array + used + 4095) & ~(uintptr_t)4095;
    if (low < (uintptr_t)array + end)
        sys_discard(low, (uintptr_t)array + end - low);
}

void rt_event_compact_end(struct core_compact *c, size_t pages, bool done)
{
    if (done) {
        size_t records_used = rt_shadow.record_used, runs = c->runs;
        core_compact_end(c);
        discard_tail(records, sizeof *records * rt_shadow.record_used,
                     sizeof *records * records_used);
        spare_sets = set_words;
        set_words = c->fresh_sets;
        run_used = c->runs_after;
        set_limit(pages);
        /* rows up to the limit are wanted again soon */
        discard_tail(event_log, sizeof *event_log * CORE_RUN_SIZE * run_limit,
                     sizeof *event_log * CORE_RUN_SIZE * runs);
        rt_thread_for_each(continue_thread, NULL);
    }
    sys_discard((uintptr_t)spare_sets, sizeof *set_words * SET_WORDS);
    sys_unmap(compact_room, compact_room_bytes);
}

static void restart_thread(struct rt_thread *t, void *arg)
{
    (void)arg;
    core_clock_clear(&t->clock);
    core_clock_clear(&t->fence_release);
    core_clock_clear(&t->fence_acquire);
    t->next = t->end = t->told = t->plain_next = t->plain_end = 0;
    if (!t->caches) /* has ended, waits for its join */
        return;
    forget_known(t);
    forget_memo(t);
    rt_memset(t->caches->id, 0, t->caches->size * sizeof *t->caches->id);
    t->caches->runs_at_once = 0;
    new_run(t);
    resume_window(t);
}

/* Everything forgets the past. Accesses before are ordered before all accesses after. */
void rt_event_drop_history(void)
{
    rt_shadow_reset_all();
    rt_drafts_reset();
    rt_sync_reset_all();
    sys_discard((uintptr_t)event_log, sizeof *event_log << CORE_ID_BITS);
    sys_discard((uintptr_t)set_words, sizeof *set_words * SET_WORDS);
    sys_discard((uintptr_t)set_buckets, sizeof *set_buckets * SET_BUCKETS);
    sys_discard((uintptr_t)records, sizeof *records * RECORDS);
    shadow_tables_init();
    run_used = 1;
    set_limit(0);
    rt_thread_forget_ids();
    rt_thread_for_each(restart_thread, NULL);
}

void rt_event_reset_if_needed(struct rt_thread *t)
{
    t->tls->depth++;
    rt_world_stop(t);
    if (rt_event_reset_wanted || rt_shadow.crowded) {
        bool lost = rt_shadow.exhausted, dropped = drop_wanted || !rt_collect();
        if (dropped) {
            rt_event_drop_history();
            resets++;
        }
        if (lost || dropped)
            rt_degrade(RT_DEGRADED_HISTORY);
        rt_event_reset_wanted = drop_wanted = false;
    }
    rt_world_go(t);
    t->tls->depth--;
}
