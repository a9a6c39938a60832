/*
 * Limits on memory and time to forget: memory_limit_mb, flush_memory_ms, soft_rss_limit_mb and
 * hard_rss_limit_mb. Without any of them nothing here runs.
 *
 * With one, a thread of our own looks at the process fifty times a second. It is made by a bare
 * system call and shares the TLS of its maker, so it must not touch any: no hooks, no libc, no
 * scopes. It only raises flags; the next thread of the program that leaves a hook obeys them.
 *
 *     memory_limit_mb    what the runtime holds: resident shadow and tables, and its arena. Above
 *                        the limit all history is given up; and again when what remained has
 *                        grown by a quarter of the limit. So it is a limit to aim at.
 *     flush_memory_ms    gives up all history every so often
 *     soft_rss_limit_mb  of the whole process: allocations are refused while it is above
 *     hard_rss_limit_mb  of the whole process: it ends
 */
#ifndef REPRISE_RUNTIME_MEMORY_LIMITS_H
#define REPRISE_RUNTIME_MEMORY_LIMITS_H

#include "rt.h"

/* Starts the thread if there is something to watch. From init, and when there are two threads. */
void rt_limits_start(void);
void rt_limits_after_fork(void); /* in the child */

/* Somebody shall call rt_limits_drop. Set after it: rt_event_reset_wanted, which is looked at. */
extern bool rt_limits_drop_wanted;
/* Gives up history. t leaves its last scope: depth 0. */
void rt_limits_drop(struct rt_thread *t);

/* Resident memory is above soft_rss_limit_mb. Any thread. */
extern bool rt_limits_refuse;

#endif
