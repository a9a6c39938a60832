/*
 * Ignores: stretches in which a thread's accesses, or its synchronisation, don't count.
 *
 * A program asks for them by annotations, and must end what it began before its thread ends:
 * an ignore that stays on hides every later race, so the run stops with the stacks of the
 * ignores that may be the culprit.
 *
 * Owner thread, inside a scope.
 */
#ifndef REPRISE_RUNTIME_IGNORE_H
#define REPRISE_RUNTIME_IGNORE_H

#include "rt.h"

/* Reads and writes. pc 0: begun and ended by the runtime itself, not worth remembering. */
void rt_ignore_begin(struct rt_thread *t, rt_pc pc);
void rt_ignore_end(struct rt_thread *t);

/* Acquire and release of all kinds. */
void rt_ignore_sync_begin(struct rt_thread *t, rt_pc pc);
void rt_ignore_sync_end(struct rt_thread *t);

/* t is about to end; does not return when an ignore of the program is still on. */
void rt_ignore_check(struct rt_thread *t);

#endif
