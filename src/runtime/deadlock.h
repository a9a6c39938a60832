/*
 * Lock-order inversions: two threads that take the same locks in different order.
 *
 * mutex.c tells what each thread asks for, takes and gives up; the order graph of
 * core/lockgraph.h remembers which lock was requested while which others were held, and a
 * request that closes a cycle becomes a finding before the request blocks, so that a deadlock
 * which really happens is reported too. A cycle whose threads a common lock keeps apart (a gate
 * lock) is none.
 *
 * Mutexes are named by uid; uids are never reused, so nothing here can confuse two mutexes that
 * lived at one address. Memory is bounded: destroying a mutex drops its orders, and beyond
 * CORE_LOCKGRAPH_BYTES_MAX new orders are not learned any more, which is said once.
 *
 * All calls: owner thread, inside a scope, no lock of the runtime held. They do nothing when
 * detect_deadlocks is off.
 */
#ifndef REPRISE_RUNTIME_DEADLOCK_H
#define REPRISE_RUNTIME_DEADLOCK_H

#include "rt.h"

/* Would the next one learn nothing, and report nothing, of a mutex of this uid? False is always a
 * right answer; false for uid 0. Takes no lock. */
bool rt_deadlock_knows(const struct rt_thread *t, uint32_t mutex);

/* Before a request that may block. t->lockset is what t holds; asking for a mutex that is in it
 * teaches nothing. Not for try-locks: they wait for nobody. May report. */
void rt_deadlock_before_lock(struct rt_thread *t, rt_pc pc, uint32_t mutex, unsigned flags);

/* After the mutex was taken, try-locks included; remembers where, for second_deadlock_stack. */
void rt_deadlock_after_lock(struct rt_thread *t, rt_pc pc, uint32_t mutex, unsigned flags);

/* When t gives the mutex up (the last level of a recursive one). */
void rt_deadlock_before_unlock(struct rt_thread *t, uint32_t mutex);

/* The mutex is gone: forgets all orders it is part of. Also under a lock of sync.h. */
void rt_deadlock_destroy(uint32_t mutex);

#endif
