#include "sync.h"
#include "collect.h"
#include "event.h"
#include "mutex.h"
#include "sys/sys.h"
#include "thread.h"
#include <errno.h>

enum {
    STRIPES = 1 << 17,
    LINE_BITS = 6,  /* of addresses that share a stripe */
    AREA_BITS = 20, /* stripes of one area lie side by side: what is used together is near */
    PAGE_BITS = 12,
    PAGES = 1 << 16,
    WALK_STEPS = 256, /* who goes on has lost its way */
    BATCH = 32,       /* objects made at once */
};

struct rt_stripe {
    uint32_t word;         /* odd: locked; +2 by each unlock */
    struct rt_sync *first; /* changed under lock, read by who looks for an object; release */
};

static struct rt_stripe *stripes;
/* How many objects there are in a page of addresses, at least: pages share counters. Relaxed: a
 * hint that saves look-ups in free(). */
static uint32_t *in_page;

static struct rt_sync nowhere = {.addr = RT_SYNC_NOWHERE};

static core_lock pool_lock;
static struct rt_sync *pool; /* objects to be used, again as objects only */

int rt_sync_init(void)
{
    stripes = sys_reserve("objects", sizeof *stripes * STRIPES);
    in_page = sys_reserve("objects", sizeof *in_page * PAGES);
    return stripes && in_page ? 0 : -ENOMEM;
}

/* ---- objects ---- */

static RT_COLD void fill_pool(void)
{
    uintptr_t piece = (uintptr_t)core_alloc((BATCH + 1) * sizeof *pool);
    struct rt_sync *s = (struct rt_sync *)((piece + sizeof *s - 1) & ~(sizeof *s - 1));
    for (int i = 0; i < BATCH; i++, s++) {
        s->addr = RT_SYNC_NOWHERE;
        s->chain = pool;
        pool = s;
    }
}

/* Locked. Its chain stays a pointer to an object for those who walk, and its word goes on. */
static struct rt_sync *object_new(rt_addr addr)
{
    core_lock_acquire(&pool_lock);
    if (core_unlikely(!pool))
        fill_pool();
    struct rt_sync *s = pool;
    pool = s->chain;
    core_lock_release(&pool_lock);
    rt_sync_word_lock(&s->word); /* somebody may be looking whether it is still what it was */
    *s = (struct rt_sync){
        .addr = addr,
        .chain = s->chain,
        .word = s->word,
        .owner = RT_SYNC_NOBODY,
        .learned = s->learned + 1,
    };
    return s;
}

/* Locked, and nowhere linked any more. */
static void object_drop(struct rt_sync *s)
{
    s->addr = RT_SYNC_NOWHERE;
    rt_sync_word_unlock(&s->word);
    core_lock_acquire(&pool_lock);
    s->chain = pool;
    pool = s;
    core_lock_release(&pool_lock);
}

/* ---- finding ---- */

static struct rt_stripe *stripe_of(rt_addr addr)
{
    rt_addr line = addr >> LINE_BITS;
    /* neighbours in one page of stripes, but not in one line of the cache */
    rt_addr near = (line & 15) << 4 | (line >> 4 & 15);
    return &stripes[((line & ~(rt_addr)255) + near + (core_mix(addr >> AREA_BITS) << 8)) &
                    (STRIPES - 1)];
}

static uint32_t *page_of(rt_addr addr)
{
    rt_addr page = addr >> PAGE_BITS;
    return &in_page[(page + core_mix(page >> 16)) & (PAGES - 1)];
}

/* The stripe is locked. */
static struct rt_sync *find(struct rt_stripe *st, rt_addr addr)
{
    struct rt_sync *s = st->first;
    while (s && s->addr != addr)
        s = s->chain;
    return s;
}

/* Nothing is locked. An object that may be the one; NULL: there was none, if the stripe is as it
 * was before. */
static struct rt_sync *walk(struct rt_stripe *st, rt_addr addr)
{
    /* acquire: the object is complete */
    struct rt_sync *s = __atomic_load_n(&st->first, __ATOMIC_ACQUIRE);
    for (int i = 0; s && __atomic_load_n(&s->addr, __ATOMIC_RELAXED) != addr; i++) {
        if (i == WALK_STEPS)
            return &nowhere;
        s = __atomic_load_n(&s->chain, __ATOMIC_ACQUIRE);
    }
    return s;
}

/* The walk found something else, or nothing. */
static RT_COLD void hold_slow(struct rt_sync_hold *h, struct rt_stripe *st, rt_addr addr)
{
    rt_sync_word_lock(&st->word);
    *h = (struct rt_sync_hold){find(st, addr), st};
    if (h->s) {
        rt_sync_word_lock(&h->s->word);
        rt_sync_word_unlock(&st->word);
        h->stripe = NULL;
    }
}

void rt_sync_hold(struct rt_sync_hold *h, rt_addr addr)
{
    struct rt_stripe *st = stripe_of(addr);
    struct rt_sync *s = walk(st, addr);
    if (core_likely(s != NULL)) {
        rt_sync_word_lock(&s->word);
        if (core_likely(s->addr == addr)) {
            *h = (struct rt_sync_hold){s, NULL};
            return;
        }
        rt_sync_word_unlock(&s->word);
    }
    hold_slow(h, st, addr);
}

void rt_sync_let_go(struct rt_sync_hold *h)
{
    rt_sync_word_unlock(h->stripe ? &h->stripe->word : &h->s->word);
}

static void link_object(struct rt_stripe *st, struct rt_sync *s)
{
    s->chain = st->first;
    /* release: publishes the object, which is locked */
    __atomic_store_n(&st->first, s, __ATOMIC_RELEASE);
    __atomic_fetch_add(page_of(s->addr), 1, __ATOMIC_RELAXED);
}

struct rt_sync *rt_sync_make_in(struct rt_sync_hold *h, rt_addr addr)
{
    h->s = object_new(addr);
    link_object(h->stripe, h->s);
    rt_sync_word_unlock(&h->stripe->word);
    h->stripe = NULL;
    return h->s;
}

__attribute__((flatten)) struct rt_sync *rt_sync_make(rt_addr addr)
{
    struct rt_sync_hold h;
    rt_sync_hold(&h, addr);
    return h.s ? h.s : rt_sync_make_in(&h, addr);
}

struct rt_sync *rt_sync_get(rt_addr addr)
{
    struct rt_sync_hold h;
    rt_sync_hold(&h, addr);
    if (!h.s)
        rt_sync_let_go(&h);
    return h.s;
}

uint32_t rt_sync_mutex(rt_addr addr)
{
    const struct rt_sync *s = walk(stripe_of(addr), addr);
    if (!s)
        return 0;
    uint32_t mutex = __atomic_load_n(&s->mutex, __ATOMIC_RELAXED);
    __atomic_thread_fence(__ATOMIC_ACQUIRE); /* the address is looked at after the uid */
    return __atomic_load_n(&s->addr, __ATOMIC_RELAXED) == addr ? mutex : 0;
}

/* ---- looking without a lock ---- */

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
           !__atomic_load_n(&s->clock.more, __ATOMIC_RELAXED);
}

/* acquire: what the last holder left, or the word will have changed */
static bool look(struct rt_sync_seen *seen, const uint32_t *word)
{
    *seen = (struct rt_sync_seen){word, __atomic_load_n(word, __ATOMIC_ACQUIRE)};
    return !(seen->was & 1);
}

bool rt_sync_peek(const struct rt_thread *t, rt_addr addr, struct rt_sync_seen *seen)
{
    struct rt_stripe *st = stripe_of(addr);
    if (!look(seen, &st->word))
        return false;
    const struct rt_sync *s = walk(st, addr);
    if (!s)
        return true;
    return look(seen, &s->word) && __atomic_load_n(&s->addr, __ATOMIC_RELAXED) == addr &&
           knows(t, s);
}

bool rt_sync_unchanged(const struct rt_sync_seen *seen)
{
    /* the loads before must not sink below this one */
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    return __atomic_load_n(seen->word, __ATOMIC_RELAXED) == seen->was;
}

/* ---- clocks ---- */

static void read_clock(struct rt_sync *s, struct core_clock *c, uint32_t own)
{
    s->learned++;
    core_clock_learn(c, &s->clock, own);
    if (s->time)
        core_clock_raise(c, s->slot, s->time);
}

void rt_sync_read_clock(struct rt_sync *s, struct core_clock *c)
{
    read_clock(s, c, CORE_CLOCK_NOBODY);
}

/* See core_clock_learn. Threads that share a slot learn of each other. */
static uint32_t own_slot(const struct rt_thread *t)
{
    return rt_thread_forced_reuse() ? CORE_CLOCK_NOBODY : t->slot;
}

void rt_sync_acquire(struct rt_thread *t, struct rt_sync *s)
{
    if (!s->time || !knows_release(t, s->slot, s->time))
        read_clock(s, &t->clock, own_slot(t));
}

void rt_sync_clear(struct rt_sync *s)
{
    core_clock_clear(&s->clock);
    core_clock_clear(&s->read_clock);
    s->time = 0;
}

void rt_sync_take_back(struct rt_thread *t, const struct rt_sync *s)
{
    rt_event_take_back(t, s, s->learned);
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
    rt_event_new_epoch_after(t, s, s->learned);
}

/* Nothing was released to it, or only what t knows. */
void rt_sync_release_join(struct rt_thread *t, struct rt_sync *s)
{
    if (knows(t, s)) {
        rt_sync_release_store(t, s);
        return;
    }
    rt_sync_add_clock(s, &t->clock);
    core_clock_raise(&s->clock, t->slot, rt_event_tell(t));
    rt_event_new_epoch_after(t, s, s->learned);
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
    rt_sync_take_back(t, s);
    rt_sync_release_join(t, s);
    rt_sync_put(s);
}

void rt_release_store(struct rt_thread *t, rt_addr addr)
{
    if (off(t))
        return;
    struct rt_sync *s = rt_sync_make(addr);
    rt_sync_take_back(t, s);
    rt_sync_release_store(t, s);
    rt_sync_put(s);
}

/* t learns what was released so far, which is no part of what it releases itself. */
static void exchange(struct rt_thread *t, struct rt_sync *s)
{
    flatten(s);
    struct core_clock before = s->clock;
    s->clock = (struct core_clock){0};
    s->learned++;
    rt_sync_release_store(t, s);
    core_clock_absorb(&t->clock, &before, own_slot(t));
}

void rt_release_acquire(struct rt_thread *t, rt_addr addr)
{
    if (off(t))
        return;
    struct rt_sync *s = rt_sync_make(addr);
    if (knows(t, s)) {
        rt_sync_take_back(t, s);
        rt_sync_release_store(t, s);
    } else {
        exchange(t, s);
    }
    rt_sync_put(s);
}

/* ---- end of life ---- */

/* Unlinked and locked: nobody finds it any more, and who found it before sees that it has no
 * address. */
static struct rt_sync *unlink_object(struct rt_sync **at)
{
    struct rt_sync *s = *at;
    rt_sync_word_lock(&s->word);
    __atomic_store_n(at, s->chain, __ATOMIC_RELEASE); /* release: see walk */
    __atomic_fetch_sub(page_of(s->addr), 1, __ATOMIC_RELAXED);
    return s;
}

static void drop(struct rt_sync *s, void *arg)
{
    (void)arg;
    rt_sync_clear(s);
    if (s->mutex)
        rt_mutex_forget(s);
    object_drop(s);
}

/* Puts it in front of a list; it stays locked. */
static void gather(struct rt_sync *s, void *list)
{
    struct rt_sync **first = list;
    s->chain = *first;
    *first = s;
}

/* Takes the objects of a range out of a stripe; fn gets them, locked. */
static void take_in_stripe(struct rt_stripe *st, rt_addr low, rt_addr high,
                           void (*fn)(struct rt_sync *s, void *arg), void *arg)
{
    /* relaxed peek: an object being made here now belongs to somebody who races with free() */
    if (!__atomic_load_n(&st->first, __ATOMIC_RELAXED))
        return;
    rt_sync_word_lock(&st->word);
    for (struct rt_sync **at = &st->first; *at;) {
        if (low <= (*at)->addr && (*at)->addr < high)
            fn(unlink_object(at), arg);
        else
            at = &(*at)->chain;
    }
    rt_sync_word_unlock(&st->word);
}

static void take_in_page(rt_addr low, rt_addr high, void (*fn)(struct rt_sync *s, void *arg),
                         void *arg)
{
    if (!__atomic_load_n(page_of(low), __ATOMIC_RELAXED))
        return;
    for (rt_addr line = low >> LINE_BITS; line <= (high - 1) >> LINE_BITS; line++)
        take_in_stripe(stripe_of(line << LINE_BITS), low, high, fn, arg);
}

static void take_range(rt_addr low, rt_addr high, void (*fn)(struct rt_sync *s, void *arg),
                       void *arg)
{
    if ((high - low) >> PAGE_BITS >= STRIPES) {
        for (unsigned i = 0; i < STRIPES; i++)
            take_in_stripe(&stripes[i], low, high, fn, arg);
        return;
    }
    for (rt_addr next; low < high; low = next) {
        next = ((low >> PAGE_BITS) + 1) << PAGE_BITS;
        take_in_page(low, next < high ? next : high, fn, arg);
    }
}

void rt_sync_forget(struct rt_thread *t, rt_addr addr, size_t bytes)
{
    (void)t;
    take_range(addr, addr + bytes, drop, NULL);
}

void rt_sync_move(struct rt_thread *t, rt_addr from, rt_addr to, size_t bytes)
{
    struct rt_sync *moving = NULL, *next;
    take_range(from, from + bytes, gather, &moving);
    rt_sync_forget(t, to, bytes);
    for (struct rt_sync *s = moving; s; s = next) {
        next = s->chain;
        s->addr = s->addr - from + to;
        struct rt_stripe *st = stripe_of(s->addr);
        rt_sync_word_lock(&st->word); /* nobody who holds it waits for s: s isn't in it */
        link_object(st, s);
        rt_sync_word_unlock(&st->word);
        rt_sync_word_unlock(&s->word);
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
