/*
 * The registry of threads: slots, uids, lives.
 *
 * A uid names a thread for ever (T%u). A slot is its column in vector clocks; the slot of a
 * dead thread goes to a new one as soon as the new one's parent is ordered after all the dead
 * one did, so nothing is confused. Only when SLOTS_MAX slots are taken by threads that nobody
 * is ordered after, the oldest is reused regardless: races of that dead thread with the new
 * one are then not seen.
 *
 * All functions may be called by any thread inside a scope; they take the registry's lock,
 * which is a leaf but for core_alloc.
 */
#ifndef REPRISE_RUNTIME_THREAD_H
#define REPRISE_RUNTIME_THREAD_H

#include "rt.h"

int rt_thread_init(void); /* 0 or -errno; makes the calling thread T0 */

/* ---- for thread_life.c and go/goroutine.c ---- */

int rt_registry_init(void); /* reserves the tables: 0 or -errno */
/* A new thread with its uid and slot. parent: NULL for the first. */
struct rt_thread *rt_registry_add(struct rt_thread *parent, rt_stack created, unsigned flags);
/* This system thread runs it. */
void rt_registry_runs_in(struct rt_thread *t, pid_t os_tid);
/* It runs no more. True: nobody will join it, the caller has to free it. */
bool rt_registry_end(struct rt_thread *t);
/* From now on t is ordered after all that anybody has done so far. */
void rt_thread_knows_all(struct rt_thread *t);
/* In the child of fork: all others are gone. */
void rt_registry_only(struct rt_thread *t);
void rt_thread_free(struct rt_thread *t);

/* ---- for events ---- */

/* event.c tells that the ids from `first` on belong to t, and asks back. */
void rt_thread_owns_from(struct rt_thread *t, core_id first);
uint32_t rt_thread_of_id(uint32_t slot, core_id id);
void rt_thread_forget_ids(void); /* world stopped: slots are as if never used */

/* Their part of a compaction (collect.h). World stopped. */
struct core_compact;
enum rt_compact_step;
uint32_t rt_thread_slots(void); /* in use so far */
void rt_thread_compact(struct core_compact *c, enum rt_compact_step step);

/* Live threads and finished ones that wait for their join. */
void rt_thread_for_each(void (*fn)(struct rt_thread *t, void *arg), void *arg);
/* Until no thread but t is inside the runtime; only for rt_world_stop. */
void rt_thread_wait_outside(struct rt_thread *t);

/* The program slept here; reports then say "As if synchronized via sleep". */
void rt_sleep_record(struct rt_thread *t, rt_pc pc);
/* Did this event happen before t's last sleep ended? */
bool rt_sleep_covers(const struct rt_thread *t, uint32_t slot, core_id id);

/* At exit: one report for the threads that were neither joined nor detached. */
void rt_thread_report_leaks(struct rt_thread *t, rt_pc pc);

/* History was not kept: slots reused by force so far. */
extern unsigned rt_threads_forced; /* relaxed */
static inline unsigned rt_thread_forced_reuse(void)
{
    return __atomic_load_n(&rt_threads_forced, __ATOMIC_RELAXED);
}

#endif
