/*
 * Strategy delay: threads run in parallel, and some of them sleep at some points.
 *
 * The GoReplay rule without a word in the source: at a point a thread sleeps
 *
 *     FNV-1a-64(seed, operation, thread, call stack) % max_delay
 *
 * where the thread is named by (parent, k-th child) and the stack by module offsets, so a seed
 * means the same in every run. Most points are left out, and the hash says which: of operations
 * on memory many more than of others, because there are many more of them.
 *
 * A budget bounds the slow-down. The time in which any thread slept here is at most
 * max_slowdown - 1 times the rest of the run, and a constant; a sleep that doesn't fit isn't made.
 * So nothing waits for ever, and nothing can deadlock: a sleep ends by itself.
 */
#ifndef REPRISE_RUNTIME_DELAY_H
#define REPRISE_RUNTIME_DELAY_H

#include "../core/op.h"
#include "rt.h"

/* ---- delay_point.c ---- */

/* Before t does op at pc. Perhaps sleeps: out of the runtime, signals are delivered meanwhile. By
 * the thread itself, inside a scope at depth 1, without locks of the runtime. */
void rt_delay_point(struct rt_thread *t, rt_pc pc, enum core_op op);

/* ---- delay.c; C and Go ---- */

/* Reads the options seed, max_delay and max_slowdown. Once, from init. */
void rt_delay_init(void);

/* What the rule gives for a stack of that name, 0 when the point is left out. */
uint64_t rt_delay_ns(const struct rt_thread *t, enum core_op op, uint64_t stack);

/* Does the budget of this process allow to sleep so long from now on? Then do, and say when it is
 * over. Any thread. */
bool rt_delay_granted(uint64_t ns);
void rt_delay_slept(void);

/* ---- the budget ---- */

struct rt_delay_budget {
    uint64_t start;    /* time when the run began */
    uint64_t until;    /* when the last of the granted sleeps ends */
    uint64_t asleep;   /* time, until then, in which any thread sleeps; overlaps count once */
    uint64_t extra;    /* granted regardless */
    uint32_t slowdown; /* how many times longer the run may become; >= 1 */
};

/* May somebody sleep from now on for ns? Counts it when so. Callers order themselves. */
bool rt_delay_grant(struct rt_delay_budget *b, uint64_t now, uint64_t ns);
/* Somebody who slept is back only now: on a busy machine later than granted, which counts, too. */
void rt_delay_woke(struct rt_delay_budget *b, uint64_t now);

#endif
