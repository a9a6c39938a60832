/*
 * Memory accesses as schedule points: which of them are worth a choice.
 *
 * Most accesses are to memory that one thread owns, and a choice there only dilutes the others.
 * So, unless the option points says otherwise, a point is an access to a word that the detector
 * saw another thread use in a way that conflicts, and the first few executions of each place in
 * the program (nobody has come there before; who knows). Both follow from the execution so far,
 * never from an address.
 */
#ifndef REPRISE_RUNTIME_TURN_ACCESS_H
#define REPRISE_RUNTIME_TURN_ACCESS_H

#include "rt.h"

/* ---- turn_points.c; C and Go ---- */

void rt_turn_access_init(void);
/* Is this access worth a choice? Counts it for its place, so ask once. */
bool rt_turn_is_point(const struct rt_thread *t, rt_pc pc, rt_addr addr, size_t bytes, bool write);
/* Was this one of the last few accesses that were asked about, too? */
bool rt_turn_looks_again(struct rt_turn *me, rt_pc pc, rt_addr addr);

/* Would the quick look, when nobody has taken it away, know this access? Then it is no point. */
bool rt_turn_access_known(const struct rt_thread *t, rt_addr addr, size_t bytes, enum rt_kind kind);
/* t->turn->counting is set: counts the access. True: t spins, others shall go first. */
bool rt_turn_counts_as_spin(struct rt_thread *t, rt_pc pc, rt_addr addr, bool write);

/* ---- turn_access.c ---- */

/* Before an access that compiled code makes and that the quick look did not know. Inside a scope.
 * Any strategy but os. False: it would have known it, so there is nothing else to do. */
bool rt_turn_access(struct rt_thread *t, rt_pc pc, rt_addr addr, size_t bytes, enum rt_kind kind);
/* The holder has come to no point for a while: look whether it spins on memory that it knows. By
 * the watcher. */
void rt_turn_access_watch(void);

#endif
