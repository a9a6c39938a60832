/*
 * Blocks of a heap that a managed runtime keeps by itself (abi/tsan_java.c).
 *
 * The heap is one range of addresses, given once. A block is remembered at its first 8 bytes, in
 * pages that are made when the first block of their stretch is: looking for the next block walks
 * over empty stretches in one step.
 *
 * Owner thread, inside a scope, unless said otherwise.
 */
#ifndef REPRISE_RUNTIME_JAVA_H
#define REPRISE_RUNTIME_JAVA_H

#include "rt.h"

/* The heap. Later calls, and ranges that are no range, are ignored. */
void rt_java_init(rt_addr low, size_t bytes);

void rt_java_alloc(struct rt_thread *t, rt_pc pc, rt_addr start, size_t bytes);
/* All blocks that start in a range end, and so does what was synchronised there. */
void rt_java_free(struct rt_thread *t, rt_addr low, size_t bytes);
/* Blocks and sync objects go to a place that may overlap. Accesses to both are forgotten: the
 * collector stopped the world, and the shadow knows addresses, not objects. */
void rt_java_move(struct rt_thread *t, rt_addr from, rt_addr to, size_t bytes);

/* The first block that starts in [*at, high): its size, and *at is its start. 0: none. */
size_t rt_java_find(rt_addr *at, rt_addr high);
/* The block that contains addr. Any thread. */
bool rt_java_block_at(rt_addr addr, struct rt_block *out);

#endif
