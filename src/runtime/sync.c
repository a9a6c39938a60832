#include "sync.h"
#include "collect.h"
#include "event.h"
#include "mutex.h"
#include "sys/sys.h"
#include "thread.h"
#include <errno.h>

enum { STRIPES = 1 << 16, REGION_BITS = 9 };

struct rt_stripe {
    uint32_t word;         /* odd: locked; +2 by each unlock */
    struct rt_sync *first; /* changed under lock, read by rt_sync_peek */
};

static core_lock pool_lock;
static struct rt_sync *pool; /* freed objects, to be used again as objects only */

static void stripe_lock(struct rt_stripe *st)
{
    for (unsigned spins = 0;; core_relax(spins++)) {
        uint32_t w = __atomic_load_n(&st->word, __ATOMIC_RELAXED);
        /* acquire: what the last holder wrote is visible to this one */
        if (!(w & 1) && __atomic_compare_exchange_n(&st->word, &w, w | 1, true, __ATOMIC_ACQUIRE,
                                                    __ATOMIC_RELAXED))
            return;
    }
}

static void stripe_unlock(struct rt_stripe *st)
{
    /* release: publishes what this holder wrote */
    __atomic_store_n(&st->word, st->word + 1, __ATOMIC_RELEASE);
}

static struct rt_sync *object_new(void)
{
    core_lock_acquire(&pool_lock);
    struct rt_sync *s = pool;
    if (s)
        pool = s->chain;
    core_lock_release(&pool_lock);
    if (!s)
        return core_alloc(sizeof *s);
    struct rt_sync *chain = s->chain; /* stays a pointer to an object for those who peek */
    *s = (struct rt_sync){.chain = chain};
    return s;
}

static void object_drop(struct rt_sync *s)
{
    core_lock_acquire(&pool_lock);
    s->addr = 0;
    s->chain = pool;
    pool = s;
    core_lock_release(&pool_lock);
}

static struct rt_stripe *stripes;
static uint32_t count; /* objects; relaxed: a hint that saves look-ups in free() */

int rt_sync_init(void)
{
    stripes = sys_reserve("objects", sizeof *stripes * STRIPES);
    return stripes ? 0 : -ENOMEM;
}

static struct rt_stripe *stripe_of(rt_addr addr)
{
    return &stripes[core_mix(addr >> REGION_BITS) >> 48];
}

static struct rt_sync *find(struct rt_stripe *st, rt_addr addr)
{
    struct rt_sync *s = st->first;
    while (s && s->addr != addr)
        s = s->chain;
    return s;
}

struct rt_sync *rt_sync_get(rt_addr addr)
{
    struct rt_stripe *st = stripe_of(addr);
    stripe_lock(st);
    struct rt_sync *s = find(st, addr);
    if (!s)
        stripe_unlock(st);
    return s;
}

struct rt_sync *rt_sync_make_in(struct rt_stripe *st, rt_addr addr)
{
    struct rt_sync *s = object_new();
    s->addr = addr;
    s->owner = RT_SYNC_NOBODY;
    s->chain = st->first;
    st->first = s;
    __atomic_fetch_add(&count, 1, __ATOMIC_RELAXED);
    return s;
}

struct rt_sync *rt_sync_make(rt_addr addr)
{
    struct rt_sync *s;
    struct rt_stripe *st = rt_sync_lock(addr, &s);
    return s ? s : rt_sync_make_in(st, addr);
}

struct rt_stripe *rt_sync_lock(rt_addr addr, struct rt_sync **s)
{
    struct rt_stripe *st = stripe_of(addr);
    stripe_lock(st);
    *s = find(st, addr);
    return st;
}

void rt_sync_unlock(struct rt_stripe *st)
{
    stripe_unlock(st);
}

void rt_sync_put(struct rt_sync *s)
{
    stripe_unlock(stripe_of(s->addr));
}

/* ---- looking without a lock ---- */

enum { PEEK_STEPS = 32 };

/* Its own release, or one that it knows, and with it all that the releaser knew. Threads that
 * have to share a slot don't know what the others in it knew. */
static bool knows_release(const struct rt_thread *t, uint32_t slot, core_id time)
{
    return (slot == t->slot || core_clock_get(&t->clock, slot) >= time) &&
           core_likely(!rt_thread_forced_reuse());
}

static bool knows(const struct rt_thread *t, const struct rt_sync *s)
{
    core_id time = __atomic_load_n(&s->time, __ATOMIC_RELAXED);
    uint32_t slot = __atomic_load_n(&s->slot, __ATOMIC_RELAXED);

    if (time)
        return knows_release(t, slot, time);
    return !__atomic_load_n(&s->clock.first, __ATOMIC_RELAXED) &&
           !__atomic_load_n(&s->clock.nmore, __ATOMIC_RELAXED);
}

bool rt_sync_peek(const struct rt_thread *t, rt_addr addr, uint32_t *seen)
{
    struct rt_stripe *st = stripe_of(addr);
    /* acquire: the objects as the last holder left them, or the word will have changed */
    *seen = __atomic_load_n(&st->word, __ATOMIC_ACQUIRE);
    if (*seen & 1)
        return false;
    const struct rt_sync *s = __atomic_load_n(&st->first, __ATOMIC_RELAXED);
    for (int i = 0; s && i < PEEK_STEPS; i++) {
        if (__atomic_load_n(&s->addr, __ATOMIC_RELAXED) == addr)
            return knows(t, s);
        s = __atomic_load_n(&s->chain, __ATOMIC_RELAXED);
    }
    return !s;
}

bool rt_sync_unchanged(rt_addr addr, uint32_t seen)
{
    /* the loads before must not sink below this one */
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    return __atomic_load_n(&stripe_of(addr)->word, __ATOMIC_RELAXED) == seen;
}

/* ---- clocks ---- */

void rt_sync_acquire(struct rt_thread *t, struct rt_sync *s)
{
    if (!s->time || !knows_release(t, s->slot, s->time))
        rt_sync_read_clock(s, &t->clock);
}

void rt_sync_clear(struct rt_sync *s)
{
    core_clock_clear(&s->clock);
    core_clock_clear(&s->read_clock);
    s->time = 0;
}

void rt_sync_read_clock(const struct rt_sync *s, struct core_clock *c)
{
    core_clock_join(c, &s->clock);
    if (s->time)
        core_clock_raise(c, s->slot, s->time);
}

/* From "the releaser's clock at a time" to one plain clock. */
static void flatten(struct rt_sync *s)
{
    if (s->time)
        core_clock_raise(&s->clock, s->slot, s->time);
    s->time = 0;
}

void rt_sync_add_clock(struct rt_sync *s, const struct core_clock *c)
{
    flatten(s);
    core_clock_join(&s->clock, c);
}

void rt_sync_release_store(struct rt_thread *t, struct rt_sync *s)
{
    if (!s->time || s->slot != t->slot || s->version != t->clock.version || s->thread != t->uid) {
        core_clock_assign(&s->clock, &t->clock);
        s->slot = t->slot;
        s->thread = t->uid;
        s->version = t->clock.version;
    }
    s->time = rt_event_tell(t);
    if (!rt_event_told_all(t))
        flatten(s);
    rt_event_new_epoch(t);
}

void rt_sync_release_join(struct rt_thread *t, struct rt_sync *s)
{
    if (core_clock_empty(&s->clock) && !s->time) {
        rt_sync_release_store(t, s);
        return;
    }
    rt_sync_add_clock(s, &t->clock);
    core_clock_raise(&s->clock, t->slot, rt_event_tell(t));
    rt_event_new_epoch(t);
}

/* ---- by address ---- */

static bool off(const struct rt_thread *t)
{
    return !rt_multi || t->ignore_sync;
}

void rt_acquire(struct rt_thread *t, rt_addr addr)
{
    if (off(t))
        return;
    struct rt_sync *s = rt_sync_get(addr);
    if (s) {
        rt_sync_acquire(t, s);
        rt_sync_put(s);
    }
}

void rt_release(struct rt_thread *t, rt_addr addr)
{
    if (off(t))
        return;
    struct rt_sync *s = rt_sync_make(addr);
    rt_sync_release_join(t, s);
    rt_sync_put(s);
}

void rt_release_store(struct rt_thread *t, rt_addr addr)
{
    if (off(t))
        return;
    struct rt_sync *s = rt_sync_make(addr);
    rt_sync_release_store(t, s);
    rt_sync_put(s);
}

void rt_release_acquire(struct rt_thread *t, rt_addr addr)
{
    if (off(t))
        return;
    struct rt_sync *s = rt_sync_make(addr);
    struct core_clock before = {0};
    rt_sync_read_clock(s, &before);
    rt_sync_release_store(t, s);
    core_clock_join(&t->clock, &before);
    core_clock_clear(&before);
    rt_sync_put(s);
}

/* ---- end of life ---- */

static void sync_free(struct rt_sync *s)
{
    rt_sync_clear(s);
    if (s->mutex)
        rt_mutex_forget(s);
    object_drop(s);
    __atomic_fetch_sub(&count, 1, __ATOMIC_RELAXED);
}

static void forget_in_stripe(struct rt_stripe *st, rt_addr low, rt_addr high)
{
    /* relaxed peek: an object being made here now belongs to somebody who races with free() */
    if (!__atomic_load_n(&st->first, __ATOMIC_RELAXED))
        return;
    stripe_lock(st);
    for (struct rt_sync **at = &st->first; *at;) {
        struct rt_sync *s = *at;
        if (low <= s->addr && s->addr < high) {
            *at = s->chain;
            sync_free(s);
        } else {
            at = &s->chain;
        }
    }
    stripe_unlock(st);
}

void rt_sync_forget(struct rt_thread *t, rt_addr addr, size_t bytes)
{
    (void)t;
    if (!bytes || !__atomic_load_n(&count, __ATOMIC_RELAXED))
        return;
    if (bytes >> REGION_BITS >= STRIPES) {
        for (unsigned i = 0; i < STRIPES; i++)
            forget_in_stripe(&stripes[i], addr, addr + bytes);
        return;
    }
    rt_addr last = (addr + bytes - 1) >> REGION_BITS;
    for (rt_addr region = addr >> REGION_BITS; region <= last; region++)
        forget_in_stripe(stripe_of(region << REGION_BITS), addr, addr + bytes);
}

/* Unlinks the objects of a range and puts them in front of list. */
static struct rt_sync *take_range(rt_addr low, rt_addr high, struct rt_sync *list)
{
    for (rt_addr region = low >> REGION_BITS; region <= (high - 1) >> REGION_BITS; region++) {
        struct rt_stripe *st = stripe_of(region << REGION_BITS);
        stripe_lock(st);
        for (struct rt_sync **at = &st->first; *at;) {
            struct rt_sync *s = *at;
            if (s->addr < low || s->addr >= high) {
                at = &s->chain;
                continue;
            }
            *at = s->chain;
            s->chain = list;
            list = s;
        }
        stripe_unlock(st);
    }
    return list;
}

void rt_sync_move(struct rt_thread *t, rt_addr from, rt_addr to, size_t bytes)
{
    if (!bytes || !__atomic_load_n(&count, __ATOMIC_RELAXED))
        return;
    struct rt_sync *moving = take_range(from, from + bytes, NULL), *next;
    rt_sync_forget(t, to, bytes);
    for (struct rt_sync *s = moving; s; s = next) {
        next = s->chain;
        s->addr = s->addr - from + to;
        struct rt_stripe *st = stripe_of(s->addr);
        stripe_lock(st);
        s->chain = st->first;
        st->first = s;
        stripe_unlock(st);
    }
}

void rt_sync_reset_all(void)
{
    for (unsigned i = 0; i < STRIPES; i++)
        for (struct rt_sync *s = stripes[i].first; s; s = s->chain)
            rt_sync_clear(s);
}

static void mark_object(struct core_compact *c, struct rt_sync *s)
{
    core_compact_mark_clock(c, &s->clock);
    core_compact_mark_clock(c, &s->read_clock);
    core_compact_mark_time(c, s->slot, s->time);
}

static void move_object(struct core_compact *c, struct rt_sync *s)
{
    core_compact_clock(c, &s->clock);
    core_compact_clock(c, &s->read_clock);
    s->time = core_compact_time(c, s->slot, s->time);
}

void rt_sync_compact(struct core_compact *c, enum rt_compact_step step)
{
    for (unsigned i = 0; i < STRIPES; i++)
        for (struct rt_sync *s = stripes[i].first; s; s = s->chain)
            (step == RT_COMPACT_MARK ? mark_object : move_object)(c, s);
}
