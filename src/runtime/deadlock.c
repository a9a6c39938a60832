#include "deadlock.h"

#include "../core/lockgraph.h"
#include "finding.h"
#include "lockset.h"
#include "options.h"
#include "stack.h"

/*
 * Most requests repeat an order that is known. They are recognised without a lock: known[] is a
 * lossy table of (lockset, mutex) pairs that the graph has already seen. A lockset is interned
 * and uids are never reused, so a pair never changes its meaning; an entry that is overwritten
 * costs one more walk through the graph.
 */
enum { KNOWN_SLOTS = 1 << 15, REPORTED_MAX = 1 << 12, TAKEN_SLOTS = 1 << 12 };

static core_lock lock;                  /* guards all below but known[] */
static struct core_lockgraph graph;     /* under lock */
static uint64_t known[KNOWN_SLOTS];     /* relaxed: each entry says nothing but itself */
static uint64_t reported[REPORTED_MAX]; /* hashes of cycles, under lock */
static size_t nreported;                /* under lock */

/* Where a thread took what it holds; only kept for second_deadlock_stack. Lossy. Under lock. */
static struct taken {
    uint32_t thread, mutex;
    rt_stack stack;
} taken[TAKEN_SLOTS];

static uint64_t *known_slot(uint64_t pair)
{
    return &known[core_mix(pair) >> 40 & (KNOWN_SLOTS - 1)];
}

static struct taken *taken_slot(uint32_t thread, uint32_t mutex)
{
    return &taken[core_mix((uint64_t)thread << 32 | mutex) >> 40 & (TAKEN_SLOTS - 1)];
}

static rt_stack where_taken(uint32_t thread, uint32_t mutex)
{
    const struct taken *at = taken_slot(thread, mutex);
    return at->thread == thread && at->mutex == mutex ? at->stack : 0;
}

/* ---- findings ---- */

/* A cycle is the same whichever of its edges came last. */
static bool first_time(const struct core_lock_cycle *c)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < c->length; i++)
        sum += core_mix((uint64_t)c->edge[i].from << 32 | c->edge[i].to);
    for (size_t i = 0; i < nreported; i++)
        if (reported[i] == sum)
            return false;
    if (nreported < REPORTED_MAX)
        reported[nreported++] = sum;
    return true;
}

static void report(struct rt_thread *t, const struct core_lock_cycle *c)
{
    struct rt_finding *f = rt_finding_begin(t, RT_FINDING_DEADLOCK);
    if (!f)
        return;
    f->nedge = c->length;
    for (size_t i = 0; i < c->length; i++) {
        const struct core_lock_edge *e = &c->edge[i];
        f->edge[i] = (struct rt_finding_edge){e->from, e->to, e->note.thread, e->note.stack,
                                              e->note.held_stack};
        rt_finding_add_mutex(f, e->from);
        rt_finding_add_thread(f, e->note.thread);
    }
    rt_finding_end(t, f);
}

/* ---- events ---- */

/* What came out of the graph while the lock was held, to be told after it was given up. */
struct news {
    struct core_lock_cycle cycle;
    bool report, became_full;
};

static void learn(struct rt_thread *t, const core_lock_held *held, size_t nheld, size_t from,
                  uint32_t mutex, rt_stack stack, struct news *news)
{
    struct core_lock_note note = {t->uid, stack, where_taken(t->uid, held[from] >> 1)};
    bool was_full = graph.full;
    *news = (struct news){0};
    if (core_lockgraph_add(&graph, held, nheld, from, mutex, &note, &news->cycle) &&
        news->cycle.length)
        news->report = first_time(&news->cycle);
    news->became_full = graph.full && !was_full;
}

static bool knows_all(const core_lock_held *held, size_t nheld, uint32_t mutex)
{
    size_t i = 0;
    core_lock_acquire(&lock);
    while (i < nheld && core_lockgraph_knows(&graph, held, nheld, i, mutex))
        i++;
    core_lock_release(&lock);
    return i == nheld;
}

static void tell(struct rt_thread *t, const struct news *news)
{
    if (news->report)
        report(t, &news->cycle);
    if (news->cycle.too_long)
        rt_say("WARNING: too long mutex cycle found: %zu mutexes, the limit is %d",
               news->cycle.too_long, CORE_LOCKGRAPH_CYCLE_MAX);
    if (news->became_full)
        rt_say("lock orders fill %d MB: deadlocks by further ones are not looked for; "
               "detect_deadlocks=0 switches the search off",
               CORE_LOCKGRAPH_BYTES_MAX >> 20);
}

static uint64_t pair_of(const struct rt_thread *t, uint32_t mutex)
{
    return (uint64_t)t->lockset << 32 | mutex;
}

bool rt_deadlock_knows(const struct rt_thread *t, uint32_t mutex)
{
    uint64_t pair = pair_of(t, mutex);
    return mutex && t->lockset && __atomic_load_n(known_slot(pair), __ATOMIC_RELAXED) == pair;
}

void rt_deadlock_before_lock(struct rt_thread *t, rt_pc pc, uint32_t mutex, unsigned flags)
{
    if (!t->lockset || !rt_options.detect_deadlocks || flags & RT_MUTEX_TRY_LOCK ||
        rt_deadlock_knows(t, mutex))
        return;
    uint64_t pair = pair_of(t, mutex);

    struct rt_held set[RT_LOCKSET_MAX];
    core_lock_held held[RT_LOCKSET_MAX];
    size_t nheld = rt_lockset_read(t->lockset, set, RT_LOCKSET_MAX);
    for (size_t i = 0; i < nheld; i++) {
        if (set[i].mutex == mutex)
            return; /* recursive: waits for nobody */
        held[i] = core_lock_held_make(set[i].mutex, set[i].read);
    }
    rt_stack stack = knows_all(held, nheld, mutex) ? 0 : rt_stack_capture(t, pc);
    for (size_t i = 0; stack && i < nheld; i++) {
        struct news news;
        core_lock_acquire(&lock);
        learn(t, held, nheld, i, mutex, stack, &news);
        core_lock_release(&lock);
        tell(t, &news);
    }
    __atomic_store_n(known_slot(pair), pair, __ATOMIC_RELAXED);
}

void rt_deadlock_after_lock(struct rt_thread *t, rt_pc pc, uint32_t mutex, unsigned flags)
{
    if (!rt_options.second_deadlock_stack || !rt_options.detect_deadlocks)
        return;
    rt_stack stack = rt_stack_capture(t, pc);
    core_lock_acquire(&lock);
    *taken_slot(t->uid, mutex) = (struct taken){t->uid, mutex, stack};
    core_lock_release(&lock);
}

void rt_deadlock_before_unlock(struct rt_thread *t, uint32_t mutex)
{
    if (!rt_options.second_deadlock_stack)
        return;
    core_lock_acquire(&lock);
    struct taken *at = taken_slot(t->uid, mutex);
    if (at->thread == t->uid && at->mutex == mutex)
        *at = (struct taken){0};
    core_lock_release(&lock);
}

void rt_deadlock_destroy(uint32_t mutex)
{
    if (!rt_options.detect_deadlocks)
        return;
    core_lock_acquire(&lock);
    core_lockgraph_remove(&graph, mutex);
    core_lock_release(&lock);
}
