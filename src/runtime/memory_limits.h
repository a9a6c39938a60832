/*
 * Limits on memory and time to forget: memory_limit_mb, flush_memory_ms, soft_rss_limit_mb and
 * hard_rss_limit_mb. Without any of them nothing here runs.
 *
 * With one, a thread of our own looks at the process fifty times a second. It is made by a bare
 * system call and shares the TLS of its maker, so it must not touch any: no hooks, no libc, no
 * scopes. It only raises flags; the next thread of the program that leaves a hook obeys them.
 *
 *     memory_limit_mb    what the runtime holds: resident shadow and tables, and its arena. See
 * below flush_memory_ms    gives up all history every so often soft_rss_limit_mb  of the whole
 * process: allocations are refused while it is above hard_rss_limit_mb  of the whole process: it
 * ends
 *
 * What is done against too much memory, each step when the one before was not enough:
 *
 *     compact   above three quarters of the limit: the history is compacted. Nothing is lost
 *     oldest    above the limit: of the shadow's pages, the half whose latest access is the longest
 *               ago is forgotten, and the rest compacted
 *     all       all history is given up; and again when what remained has grown by a quarter of
 *               the limit. So it is a limit to aim at: stacks, sites and live blocks are kept
 *
 * Forgetting costs races with what was forgotten and never makes one up: a word without history
 * was never accessed. The second and third step label the run as degraded.
 */
#ifndef REPRISE_RUNTIME_MEMORY_LIMITS_H
#define REPRISE_RUNTIME_MEMORY_LIMITS_H

#include "rt.h"

/* Starts the thread if there is something to watch. From init, and when there are two threads. */
void rt_limits_start(void);
void rt_limits_after_fork(void); /* in the child */

/* Somebody shall call rt_limits_drop. Set after it: rt_event_reset_wanted, which is looked at. */
extern bool rt_limits_drop_wanted;
/* Does the step that is wanted. t leaves its last scope: depth 0. */
void rt_limits_drop(struct rt_thread *t);

/* How often each step was taken. Any thread. */
enum rt_limits_step { RT_LIMITS_COMPACT, RT_LIMITS_OLDEST, RT_LIMITS_ALL, RT_LIMITS_STEPS };
unsigned rt_limits_taken(enum rt_limits_step step);
/* At exit: a line about it, if something was forgotten. */
void rt_limits_say(void);

/* Resident memory is above soft_rss_limit_mb. Any thread. */
extern bool rt_limits_refuse;

#endif
