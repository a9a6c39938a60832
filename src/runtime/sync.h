/*
 * Sync objects: what is remembered about an address that orders threads.
 *
 * An object is found by its address in a hash table of stripes, a stripe for each 64 bytes of
 * address space, and has a lock of its own that is held from the look-up to rt_sync_put. It covers
 * the object and (for atomics) the operation itself, so that the order of clocks is the order of
 * values; where there is no object, the stripe's lock stands in for it, so that none can come.
 * Lock order: a stripe, then one object of it; under them only core_alloc, interning locks and
 * cells.
 *
 * Finding takes no lock. Both lock words count: odd while locked, two more after each unlock;
 * objects are never given back to the arena, so a stale pointer still points to some object, and
 * its address, looked at under its lock, says whether it is the right one. That a walk found
 * nothing is true if the stripe's word hasn't changed meanwhile. Polling an atomic variable
 * doesn't even take the lock of the object: rt_sync_peek answers "nothing to learn here" by
 * reading alone.
 *
 * The clock of a release-store is kept as the releaser's clock (shared, not copied), its slot
 * and the time of the release: unlocking a mutex that nobody else took since costs two stores.
 */
#ifndef REPRISE_RUNTIME_SYNC_H
#define REPRISE_RUNTIME_SYNC_H

#include "rt.h"

enum rt_sync_mutex_state {
    RT_SM_KNOWN = 1 << 0, /* is a mutex */
    RT_SM_DESTROYED = 1 << 1,
    RT_SM_BROKEN = 1 << 2, /* a misuse was reported: say no more */
    RT_SM_LINKER_INIT = 1 << 3,
    RT_SM_WRITE_REENTRANT = 1 << 4,
    RT_SM_NOT_STATIC = 1 << 6,
    RT_SM_READERS_KNOWN = 1 << 7, /* the writer that has it learned from the readers before */
};

/* Two lines of the cache; all that a mutex without a rival needs is in the first. */
struct rt_sync {
    rt_addr addr;          /* RT_SYNC_NOWHERE: not in use; changed under the lock */
    struct rt_sync *chain; /* in its stripe, or in the pool */
    uint32_t word;         /* the lock */
    uint32_t slot;         /* last release-store: who, */
    core_id time;          /* when (0 = there was none), */
    uint32_t version;      /* with which version of its clock */
    uint32_t thread;       /* and its uid; for release sequences */

    /* mutex */
    uint32_t mutex; /* uid, 0 = not a mutex */
    uint32_t owner; /* uid of the writer, RT_SYNC_NOBODY if none */
    int recursion;
    uint32_t readers;
    unsigned state;     /* rt_sync_mutex_state */
    rt_stack locked_at; /* the writer's, for "destroy of a locked mutex" */
    uint32_t learned;   /* how often somebody learned from it; see rt_sync_take_back */

    struct core_clock clock;      /* of the releases so far, without the last releaser's own time */
    struct core_clock read_clock; /* mutex: releases of readers since the last writer */
    uint64_t locked_key;          /* names the context of locked_at */
    uint32_t below, with; /* a set of held mutexes, 0 = the empty one, and the same with this one
                           * on top; with 0: none yet */
} __attribute__((aligned(64)));

#define RT_SYNC_NOBODY  (~0u)
#define RT_SYNC_NOWHERE (~(rt_addr)0)

int rt_sync_init(void);

/* The locks of objects and stripes; for sync.c and the functions below. */
static inline bool rt_sync_word_trylock(uint32_t *word)
{
    uint32_t w = __atomic_load_n(word, __ATOMIC_RELAXED);
    /* acquire: what the last holder wrote is visible to this one */
    return core_likely(!(w & 1)) &&
           core_likely(__atomic_compare_exchange_n(word, &w, w | 1, false, __ATOMIC_ACQUIRE,
                                                   __ATOMIC_RELAXED));
}
static inline void rt_sync_word_lock(uint32_t *word)
{
    for (unsigned spins = 0; !rt_sync_word_trylock(word); spins++)
        core_relax(spins);
}
static inline void rt_sync_word_unlock(uint32_t *word)
{
    /* release: publishes what this holder wrote */
    __atomic_store_n(word, *word + 1, __ATOMIC_RELEASE);
}

/* The object at addr, locked; NULL when there is none (nothing is locked then). */
struct rt_sync *rt_sync_get(rt_addr addr);
/* The same, made if missing. */
struct rt_sync *rt_sync_make(rt_addr addr);
static inline void rt_sync_put(struct rt_sync *s)
{
    rt_sync_word_unlock(&s->word);
}
/* The uid of the mutex at addr, 0 when there is none or it cannot be told without waiting. It may
 * have got another one since. */
uint32_t rt_sync_mutex(rt_addr addr);

/* For atomics: what covers the operation on an address, which is the object there or, while there
 * is none, the stripe. One of the two is locked. */
struct rt_stripe;
struct rt_sync_hold {
    struct rt_sync *s;        /* NULL: none there */
    struct rt_stripe *stripe; /* locked; NULL when s is */
};
void rt_sync_hold(struct rt_sync_hold *h, rt_addr addr);
struct rt_sync *rt_sync_make_in(struct rt_sync_hold *h, rt_addr addr); /* none there so far */
void rt_sync_let_go(struct rt_sync_hold *h);

/* True when t knows all that was released to addr. Then the caller reads the variable and asks
 * rt_sync_unchanged: true means that the value belongs to what was seen. */
struct rt_sync_seen {
    const uint32_t *word;
    uint32_t was;
};
bool rt_sync_peek(const struct rt_thread *t, rt_addr addr, struct rt_sync_seen *seen);
bool rt_sync_unchanged(const struct rt_sync_seen *seen);

/* On a locked object: t joins its clock / its clock takes t's time. */
void rt_sync_acquire(struct rt_thread *t, struct rt_sync *s);
void rt_sync_release_store(struct rt_thread *t, struct rt_sync *s);
void rt_sync_release_join(struct rt_thread *t, struct rt_sync *s);
/*
 * Before t releases again to a locked object, or has it for itself until it will (a mutex that it
 * just got): if t's latest release of all was to this object, and nobody has learned from the
 * object since, the release might as well not have been. It is taken back, and the epoch that it
 * ended goes on: what t accessed then is still known. See rt_event_take_back.
 */
void rt_sync_take_back(struct rt_thread *t, const struct rt_sync *s);
void rt_sync_clear(struct rt_sync *s); /* no release so far */
/* c takes all that was released to s / s takes all of c. */
void rt_sync_read_clock(struct rt_sync *s, struct core_clock *c);
void rt_sync_add_clock(struct rt_sync *s, const struct core_clock *c);

/* Objects of a range get other addresses; what was at those is forgotten. Ranges may overlap.
 * The caller has stopped the threads that could use them. */
void rt_sync_move(struct rt_thread *t, rt_addr from, rt_addr to, size_t bytes);

/* World stopped. */
void rt_sync_reset_all(void);
struct core_compact;
enum rt_compact_step;
void rt_sync_compact(struct core_compact *c, enum rt_compact_step step); /* mark or move */

#endif
