/*
 * Sync objects: what is remembered about an address that orders threads.
 *
 * An object is found by its address in a hash table of stripes, 512 bytes of address space to
 * a stripe entry. Finding locks the stripe, and the lock is held until rt_sync_put: it covers
 * the look-up, the object, and (for atomics) the operation itself, so that the order of clocks
 * is the order of values. Lock order: a stripe is taken alone; under it only core_alloc,
 * interning locks and cells.
 *
 * Polling an atomic variable must not take the stripe from those who change it: rt_sync_peek
 * answers "nothing to learn here" by reading alone. The lock word counts: odd while locked, two
 * more after each unlock; objects are never given back to the arena, so a stale pointer still
 * points to some object.
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
};

struct rt_sync {
    rt_addr addr;
    struct rt_sync *chain;

    struct core_clock clock; /* of the releases so far, without the last releaser's own time */
    uint32_t slot;           /* last release-store: who, */
    core_id time;            /* when (0 = there was none), */
    uint32_t version;        /* with which version of its clock */
    uint32_t thread;         /* and its uid; for release sequences */

    struct core_clock read_clock; /* mutex: releases of readers since the last writer */

    /* mutex */
    uint32_t mutex; /* uid, 0 = not a mutex */
    uint32_t owner; /* uid of the writer, RT_SYNC_NOBODY if none */
    int recursion;
    uint32_t readers;
    unsigned state;     /* rt_sync_mutex_state */
    rt_stack locked_at; /* the writer's, for "destroy of a locked mutex" */
};

#define RT_SYNC_NOBODY (~0u)

int rt_sync_init(void);

/* The object at addr, locked; NULL when there is none (nothing is locked then). */
struct rt_sync *rt_sync_get(rt_addr addr);
/* The same, made if missing. */
struct rt_sync *rt_sync_make(rt_addr addr);
void rt_sync_put(struct rt_sync *s);

/* For atomics: the stripe of addr, locked, with its object or NULL. Unlock with the stripe. */
struct rt_stripe;
struct rt_stripe *rt_sync_lock(rt_addr addr, struct rt_sync **s);
struct rt_sync *rt_sync_make_in(struct rt_stripe *st, rt_addr addr); /* st is locked, none there */
void rt_sync_unlock(struct rt_stripe *st);

/* True when t knows all that was released to addr. Then the caller reads the variable and asks
 * rt_sync_unchanged: true means that the value belongs to what was seen. */
bool rt_sync_peek(const struct rt_thread *t, rt_addr addr, uint32_t *seen);
bool rt_sync_unchanged(rt_addr addr, uint32_t seen);

/* On a locked object: t joins its clock / its clock takes t's time. */
void rt_sync_acquire(struct rt_thread *t, struct rt_sync *s);
void rt_sync_release_store(struct rt_thread *t, struct rt_sync *s);
void rt_sync_release_join(struct rt_thread *t, struct rt_sync *s);
void rt_sync_clear(struct rt_sync *s); /* no release so far */
/* c takes all that was released to s / s takes all of c. */
void rt_sync_read_clock(const struct rt_sync *s, struct core_clock *c);
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
