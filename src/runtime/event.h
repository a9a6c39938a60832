/*
 * Events: ids, the event log, and the shadow tables they live in.
 *
 * A thread draws ids from runs of 64 that belong to its slot (owner table), so "whose" is one
 * look-up, and ids of one thread only grow, so "when" is a comparison. An id is reused for
 * accesses of the same site and mutexes within one epoch; an epoch ends with a release, and
 * the window of "mine and now" ends with any change of the mutexes held.
 *
 * When ids, sites or a side table run out, the history is dropped as a whole: the world stops
 * (gate below), all shadow and clocks become empty, and counting starts anew. Races between an
 * access before and one after such a reset are not seen; reports made later say so.
 */
#ifndef REPRISE_RUNTIME_EVENT_H
#define REPRISE_RUNTIME_EVENT_H

#include "../core/shadow.h"
#include "rt.h"
#include "stack.h"

extern struct core_shadow rt_shadow;

/* Reserves the tables. 0 or -errno. */
int rt_event_init(void);

/* The id for an access of t at pc now: a cached one of this epoch, or a new one. */
core_id rt_event_id(struct rt_thread *t, rt_pc pc, enum rt_kind kind, unsigned size, unsigned tag);

void rt_event_thread_free(struct rt_thread *t);
/* All shadow, clocks and ids start anew. World stopped, or the only thread (after fork). */
void rt_event_drop_history(void);

/* What an id stands for. Any thread; the id must come from live shadow. */
struct rt_event {
    uint32_t slot;
    uint32_t thread; /* uid of the slot's owner when the id was drawn */
    enum rt_kind kind;
    unsigned size; /* 0: a part of a range */
    unsigned tag;
    uint32_t lockset;
    rt_stack stack;
};
void rt_event_read(core_id id, struct rt_event *out);

/* Starts a new epoch of t: after it published its clock. */
void rt_event_new_epoch(struct rt_thread *t);
/* The mutexes held changed: later accesses need ids of their own. */
void rt_event_new_window(struct rt_thread *t);
/* First ids of a thread that starts. */
void rt_event_start(struct rt_thread *t);
/* The next id t would draw: the timestamp of "now". */
static inline core_id rt_event_now(const struct rt_thread *t)
{
    return t->next;
}

/* History was dropped n times for lack of room. */
unsigned rt_event_resets(void);
/* Performs a reset if a table has run full. Called where a scope closes, depth 0. */
void rt_event_reset_if_needed(void);
extern bool rt_event_reset_wanted;

/*
 * The gate: a thread is inside while rt_tls.depth > 0. rt_world_stop waits until no other
 * thread is inside and keeps newcomers out; threads in RT_BLOCKING or in program code are
 * outside. Entering costs a plain store and a load; the stopper pays with a membarrier.
 */
void rt_world_stop(struct rt_thread *t);
void rt_world_go(struct rt_thread *t);
extern uint32_t rt_world_stopped; /* futex word: 1 = newcomers wait */
void rt_world_wait(void);

#endif
