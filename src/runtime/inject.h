/*
 * Injection points: the GoReplay rule (core/inject.h) for programs that name their points with
 * reprise_inject() and are run with GRSEED.
 *
 * Apart from reading the environment at start this needs nothing of the runtime: the rule works
 * with detection off and in threads that the runtime doesn't know.
 */
#ifndef REPRISE_RUNTIME_INJECT_H
#define REPRISE_RUNTIME_INJECT_H

#include "rt.h"

/* Reads GRSEED and its like; a malformed one gives one line and leaves replay off. Once, by init,
 * in the only thread. */
void rt_inject_init(void);

/* GRSEED; NULL when replay is off. Set once, by init. */
extern const char *rt_inject_seed;

/* Sleeps as the rule says. t inside a scope at depth 1 with pc on top of its stack (0: none), or
 * NULL: any thread outside the runtime. Nothing when replay is off. */
void rt_inject(struct rt_thread *t, rt_pc pc, const void *context, size_t bytes);

#endif
