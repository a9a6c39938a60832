#include "thread.h"
#include "../core/inject.h"
#include "arena.h"
#include "collect.h"
#include "event.h"
#include "finding.h"
#include "format.h"
#include "ignore.h"
#include "memory_limits.h"
#include "options.h"
#include "stack.h"
#include "sync.h"
#include "sys/sys.h"
#include "turn.h"
#include <errno.h>

enum {
    SLOTS_MAX = 1 << 15,
    INFOS = 1 << 17, /* threads whose creation is remembered: the latest of these */
    TENANCIES_PER_TRIM = 1 << 12,
    REUSE_TRIES = 64,
    FIBER_STACK = 1 << 20,
};

/* What is known of a thread for ever, live or not. */
struct info {
    struct rt_thread *live; /* until freed */
    rt_stack created;
    uint32_t parent;
    pid_t os_tid;
    bool is_main, is_fiber, finished, detached;
    char name[24];
};

/* From id `first` on, events of the slot are this thread's. Newest first. */
struct tenancy {
    core_id first;
    uint32_t uid;
    struct tenancy *older;
};

struct slot {
    struct rt_thread *thread; /* NULL: dead */
    core_id final;            /* all its ids are below */
    uint32_t next_dead;       /* queue of dead slots, oldest first */
    struct tenancy *tenants;
    uint32_t untrimmed; /* tenancies since the last trim */
};

static core_lock lock; /* everything below */
static struct info *infos;
static struct slot *slots;
static uint32_t nslots, nthreads, live;
static uint32_t dead_head = -1u, dead_tail = -1u;
static struct rt_thread *threads; /* list */
unsigned rt_threads_forced;

static struct info *info_of(uint32_t uid)
{
    return &infos[uid % INFOS];
}

/* ---- slots ---- */

static void dead_push(uint32_t s)
{
    slots[s].next_dead = -1u;
    if (dead_tail == -1u)
        dead_head = s;
    else
        slots[dead_tail].next_dead = s;
    dead_tail = s;
}

static uint32_t dead_pop(void)
{
    uint32_t s = dead_head;
    dead_head = slots[s].next_dead;
    if (dead_head == -1u)
        dead_tail = -1u;
    return s;
}

/* A slot whose whole past is ordered before what the parent does now. */
static uint32_t slot_take(const struct rt_thread *parent)
{
    static uint32_t patience = REUSE_TRIES; /* less while nobody knows of the dead */
    uint32_t tries = patience;
    for (uint32_t s; tries-- && dead_head != -1u; dead_push(s)) {
        s = dead_pop();
        if (!parent || core_clock_get(&parent->clock, s) >= slots[s].final) {
            patience = REUSE_TRIES;
            return s;
        }
    }
    patience = patience / 2 + 1;
    if (nslots < SLOTS_MAX)
        return nslots++;
    rt_threads_forced++;
    rt_degrade(RT_DEGRADED_THREADS);
    return dead_head != -1u ? dead_pop() : SLOTS_MAX - 1;
}

/* Tenants that are forgotten as threads needn't be told apart any more. */
static void trim_tenancies(struct slot *s)
{
    struct tenancy *n = s->tenants;
    while (n && (nthreads < INFOS || n->uid >= nthreads - INFOS))
        n = n->older;
    while (n && n->older) {
        struct tenancy *old = n->older;
        n->older = old->older;
        core_free(old, sizeof *old);
    }
}

void rt_thread_owns_from(struct rt_thread *t, core_id first)
{
    struct tenancy *n = core_alloc(sizeof *n);
    core_lock_acquire(&lock);
    struct slot *s = &slots[t->slot];
    *n = (struct tenancy){first, t->uid, s->tenants};
    s->tenants = n;
    if (++s->untrimmed == TENANCIES_PER_TRIM) {
        s->untrimmed = 0;
        trim_tenancies(s);
    }
    core_lock_release(&lock);
}

uint32_t rt_thread_of_id(uint32_t slot, core_id id)
{
    uint32_t uid = 0;
    core_lock_acquire(&lock);
    const struct tenancy *n = slots[slot].tenants;
    while (n && n->first > id)
        n = n->older;
    if (n)
        uid = n->uid;
    core_lock_release(&lock);
    return uid;
}

void rt_thread_forget_ids(void)
{
    for (uint32_t s = 0; s < nslots; s++) {
        while (slots[s].tenants) {
            struct tenancy *n = slots[s].tenants;
            slots[s].tenants = n->older;
            core_free(n, sizeof *n);
        }
        slots[s].final = 0;
    }
}

/* ---- compaction ---- */

uint32_t rt_thread_slots(void)
{
    return nslots;
}

static void who_knows(struct core_compact *c)
{
    for (struct rt_thread *t = threads; t; t = t->list_next) {
        if (!t->finished)
            core_compact_knows(c, t->slot, &t->clock);
        core_compact_top(c, t->slot, t->next);
    }
    for (uint32_t s = 0; s < nslots; s++)
        core_compact_top(c, s, slots[s].final);
}

static void mark_thread(struct core_compact *c, struct rt_thread *t)
{
    core_compact_mark_clock(c, &t->clock);
    core_compact_mark_clock(c, &t->fence_release);
    core_compact_mark_clock(c, &t->fence_acquire);
    core_compact_mark_time(c, t->slot, t->next);
}

static void move_thread(struct core_compact *c, struct rt_thread *t)
{
    core_compact_clock(c, &t->clock);
    core_compact_clock(c, &t->fence_release);
    core_compact_clock(c, &t->fence_acquire);
    t->told = core_compact_time(c, t->slot, t->told);
    t->next = core_compact_next(c, t->slot, t->next, &t->end);
    for (uint32_t s = 0; s < t->sleep_clock_slots; s++)
        t->sleep_clock[s] = core_compact_time(c, s, t->sleep_clock[s]);
}

/* Tenants of whom no event is left go: the next one begins at the same id. */
static void move_slot(struct core_compact *c, uint32_t index)
{
    struct slot *s = &slots[index];
    s->final = core_compact_time(c, index, s->final);
    for (struct tenancy *n = s->tenants; n; n = n->older)
        n->first = core_compact_time(c, index, n->first);
    for (struct tenancy *n = s->tenants; n && n->older;) {
        struct tenancy *old = n->older;
        if (old->first < n->first) {
            n = old;
            continue;
        }
        n->older = old->older;
        core_free(old, sizeof *old);
    }
}

void rt_thread_compact(struct core_compact *c, enum rt_compact_step step)
{
    if (step == RT_COMPACT_KNOWS) {
        who_knows(c);
        return;
    }
    for (struct rt_thread *t = threads; t; t = t->list_next)
        (step == RT_COMPACT_MARK ? mark_thread : move_thread)(c, t);
    for (uint32_t s = 0; s < nslots && step == RT_COMPACT_MOVE; s++)
        move_slot(c, s);
}

/* ---- birth ---- */

static void list_add(struct rt_thread *t)
{
    t->list_prev = NULL;
    t->list_next = threads;
    if (threads)
        threads->list_prev = t;
    threads = t;
}

static void list_remove(struct rt_thread *t)
{
    if (t->list_prev)
        t->list_prev->list_next = t->list_next;
    else
        threads = t->list_next;
    if (t->list_next)
        t->list_next->list_prev = t->list_prev;
}

struct rt_thread *rt_registry_add(struct rt_thread *parent, rt_stack created, unsigned flags)
{
    struct rt_thread *t = core_alloc(sizeof *t);
    core_lock_acquire(&lock);
    t->uid = nthreads++;
    t->slot = slot_take(parent);
    t->is_fiber = (flags & RT_THREAD_FIBER) != 0;
    t->is_main = !parent;
    t->path = parent ? core_fnv_number(parent->path, ++parent->children) : CORE_FNV_START;
    slots[t->slot].thread = t;
    *info_of(t->uid) = (struct info){
        .live = t,
        .created = created,
        .parent = parent ? parent->uid : 0,
        .is_main = t->is_main,
        .is_fiber = t->is_fiber,
        .detached = (flags & (RT_THREAD_DETACHED | RT_THREAD_FIBER)) || !parent,
    };
    list_add(t);
    live++;
    core_lock_release(&lock);
    return t;
}

/* From now on cells are written. */
void rt_thread_become_multi(struct rt_thread *t)
{
    if (rt_multi)
        return;
    rt_multi = true;
    rt_event_new_window(t);
    rt_limits_start();
}

struct rt_thread *rt_thread_create(struct rt_thread *parent, rt_pc pc, unsigned flags)
{
    struct rt_thread *t = rt_registry_add(parent, rt_stack_capture(parent, pc), flags);

    rt_thread_become_multi(parent);
    if (!(flags & RT_THREAD_NO_SYNC) && !parent->ignore_sync) {
        core_clock_assign(&t->clock, &parent->clock);
        core_clock_raise(&t->clock, parent->slot, rt_event_tell(parent));
        rt_event_new_epoch(parent);
    }
    if (flags & RT_THREAD_FIBER) {
        rt_event_start(t);
        if (rt_frames_init(t, FIBER_STACK))
            rt_out_of_memory();
    }
    return t;
}

void rt_thread_free(struct rt_thread *t)
{
    core_clock_clear(&t->clock);
    core_clock_clear(&t->fence_release);
    core_clock_clear(&t->fence_acquire);
    rt_event_thread_free(t);
    rt_frames_free(t);
    rt_jumps_free(t);
    rt_ignores_free(t);
    if (t->sleep_clock)
        core_free(t->sleep_clock, t->sleep_clock_slots * sizeof *t->sleep_clock);
    core_free(t, sizeof *t);
}

/* Takes t out of the registry. The caller frees it, without the lock. */
static void unregister(struct rt_thread *t)
{
    list_remove(t);
    info_of(t->uid)->live = NULL;
    if (slots[t->slot].thread == t) {
        slots[t->slot].thread = NULL;
        slots[t->slot].final = t->next;
        dead_push(t->slot);
    }
}

int rt_registry_init(void)
{
    infos = sys_reserve("threads", sizeof *infos * INFOS);
    slots = sys_reserve("threads", sizeof *slots * SLOTS_MAX);
    return infos && slots ? 0 : -ENOMEM;
}

void rt_registry_runs_in(struct rt_thread *t, pid_t os_tid)
{
    core_lock_acquire(&lock);
    t->os_tid = info_of(t->uid)->os_tid = os_tid;
    core_lock_release(&lock);
}

/* ---- death ---- */

void rt_thread_cancel(struct rt_thread *child)
{
    core_lock_acquire(&lock);
    unregister(child);
    info_of(child->uid)->finished = true;
    live--;
    core_lock_release(&lock);
    rt_thread_free(child);
}

void rt_fiber_destroy(struct rt_thread *t, struct rt_thread *fiber)
{
    (void)t;
    rt_thread_cancel(fiber);
}

bool rt_registry_end(struct rt_thread *t)
{
    core_lock_acquire(&lock);
    struct info *i = info_of(t->uid);
    i->finished = t->finished = true;
    t->tls = NULL;
    live--;
    bool gone = i->detached;
    if (gone)
        unregister(t);
    core_lock_release(&lock);
    return gone;
}

void rt_thread_knows_all(struct rt_thread *t)
{
    core_lock_acquire(&lock);
    for (uint32_t s = 0; s < nslots; s++) {
        const struct rt_thread *other = slots[s].thread;
        /* relaxed: an id that is drawn now is not among what t knows */
        core_id next = other ? __atomic_load_n(&other->next, __ATOMIC_RELAXED) : slots[s].final;
        if (other != t)
            core_clock_raise(&t->clock, s, next);
    }
    core_lock_release(&lock);
}

void rt_registry_only(struct rt_thread *t)
{
    for (uint32_t s = 0; s < nslots; s++)
        if (slots[s].thread && slots[s].thread != t) {
            info_of(slots[s].thread->uid)->live = NULL;
            info_of(slots[s].thread->uid)->finished = true;
            slots[s].final = slots[s].thread->next;
            slots[s].thread = NULL;
            dead_push(s);
        }
    threads = NULL;
    list_add(t);
    live = 1;
    t->os_tid = info_of(t->uid)->os_tid = sys_tid();
}

static struct rt_thread *take_finished(uint32_t uid, bool detach)
{
    core_lock_acquire(&lock);
    struct info *i = info_of(uid);
    struct rt_thread *t = i->live;
    if (t && t->uid != uid)
        t = NULL;
    if (t && detach)
        i->detached = true;
    if (t && t->finished)
        unregister(t);
    else
        t = NULL;
    core_lock_release(&lock);
    return t;
}

void rt_thread_join(struct rt_thread *t, uint32_t uid)
{
    struct rt_thread *child = take_finished(uid, false);
    if (!child)
        return;
    if (!t->ignore_sync) {
        core_clock_join(&t->clock, &child->clock);
        core_clock_raise(&t->clock, child->slot, child->next);
    }
    rt_thread_free(child);
}

void rt_thread_detach(struct rt_thread *t, uint32_t uid)
{
    (void)t;
    struct rt_thread *child = take_finished(uid, true);
    if (child)
        rt_thread_free(child);
}

void rt_thread_set_name(struct rt_thread *t, const char *name)
{
    core_lock_acquire(&lock);
    char *to = info_of(t->uid)->name;
    size_t n = 0;
    for (; name && name[n] && n + 1 < sizeof t->name; n++)
        to[n] = t->name[n] = name[n];
    to[n] = t->name[n] = 0;
    core_lock_release(&lock);
}

unsigned rt_thread_live_count(void)
{
    return __atomic_load_n(&live, __ATOMIC_RELAXED);
}

/* ---- around fork ---- */

void rt_thread_lock_all(void)
{
    core_lock_acquire(&lock);
}

void rt_thread_unlock_all(void)
{
    core_lock_release(&lock);
}

/* ---- walks ---- */

void rt_thread_for_each(void (*fn)(struct rt_thread *t, void *arg), void *arg)
{
    for (struct rt_thread *t = threads; t; t = t->list_next)
        fn(t, arg);
}

static bool anyone_inside(const struct rt_thread *self)
{
    bool inside = false;
    core_lock_acquire(&lock);
    for (struct rt_thread *t = threads; t && !inside; t = t->list_next)
        /* acquire: what it did inside is done */
        inside = t != self && t->tls && __atomic_load_n(&t->tls->depth, __ATOMIC_ACQUIRE) > 0 &&
                 !rt_turn_is_parked(t);
    core_lock_release(&lock);
    return inside;
}

void rt_thread_wait_outside(struct rt_thread *self)
{
    while (anyone_inside(self) || rt_gate_anyone_inside())
        sys_yield();
}

/* ---- what reports ask ---- */

bool rt_thread_info(uint32_t uid, struct rt_thread_info *out)
{
    core_lock_acquire(&lock);
    const struct info *i = info_of(uid);
    bool known = uid < nthreads && nthreads - uid <= INFOS;
    *out = (struct rt_thread_info){.uid = uid, .finished = true};
    if (known) {
        *out = (struct rt_thread_info){uid,        i->os_tid,   i->parent,   i->created,
                                       i->is_main, i->is_fiber, i->finished, {0}};
        rt_memcpy(out->name, i->name, sizeof out->name);
    }
    core_lock_release(&lock);
    return known;
}

bool rt_thread_of_stack(rt_addr addr, uint32_t *uid, bool *is_tls)
{
    bool found = false;
    core_lock_acquire(&lock);
    for (struct rt_thread *t = threads; t && !found; t = t->list_next) {
        *is_tls = t->tls_low <= addr && addr < t->tls_high;
        found = *is_tls || (t->stack_low <= addr && addr < t->stack_high);
        *uid = t->uid;
    }
    core_lock_release(&lock);
    return found;
}

/* Ids of plain accesses to come are not below it. */
static core_id next_plain(const struct rt_thread *t)
{
    return t->plain_end ? t->plain_next : t->next;
}

void rt_sleep_record(struct rt_thread *t, rt_pc pc)
{
    if (!rt_multi)
        return;
    t->last_sleep = rt_stack_capture(t, pc);
    core_lock_acquire(&lock);
    if (t->sleep_clock_slots < nslots) {
        if (t->sleep_clock)
            core_free(t->sleep_clock, t->sleep_clock_slots * sizeof *t->sleep_clock);
        t->sleep_clock = core_alloc(nslots * sizeof *t->sleep_clock);
        t->sleep_clock_slots = nslots;
    }
    for (uint32_t s = 0; s < nslots; s++)
        t->sleep_clock[s] = slots[s].thread ? next_plain(slots[s].thread) : slots[s].final;
    core_lock_release(&lock);
}

bool rt_sleep_covers(const struct rt_thread *t, uint32_t slot, core_id id)
{
    return t->last_sleep && slot < t->sleep_clock_slots && id < t->sleep_clock[slot];
}

/* ---- leaks ---- */

struct leak {
    uint32_t uid;
    unsigned count;
};

enum { LEAKS_MAX = 64 };

/* Threads created at the same place are one leak. */
static unsigned collect_leaks(struct leak *leaks)
{
    unsigned n = 0;
    core_lock_acquire(&lock);
    for (uint32_t uid = nthreads > INFOS ? nthreads - INFOS : 0; uid < nthreads; uid++) {
        const struct info *i = info_of(uid);
        if (!i->live || i->detached || !i->finished)
            continue;
        unsigned k = 0;
        while (k < n && info_of(leaks[k].uid)->created != i->created)
            k++;
        if (k < n)
            leaks[k].count++;
        else if (n < LEAKS_MAX)
            leaks[n++] = (struct leak){uid, 1};
    }
    core_lock_release(&lock);
    return n;
}

void rt_thread_report_leaks(struct rt_thread *t, rt_pc pc)
{
    struct leak leaks[LEAKS_MAX];
    unsigned n = collect_leaks(leaks);

    (void)pc;
    for (unsigned k = 0; k < n; k++) {
        struct rt_finding *f = rt_finding_begin(t, RT_FINDING_THREAD_LEAK);
        if (!f)
            return;
        rt_finding_add_thread(f, leaks[k].uid);
        f->leak_count = leaks[k].count;
        rt_finding_end(t, f);
    }
}
