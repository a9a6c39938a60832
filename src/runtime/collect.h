/*
 * Collecting: compaction of the history (core/compact.h) over all that the runtime knows.
 *
 * Runs with the world stopped, so no other thread is inside a scope, holds a stripe, or has an
 * id in its hands. Threads in program code go on meanwhile; all they do with the shadow is the
 * quick look, and no id is theirs while their window is closed. (One that was stopped by the
 * kernel between the loads of its look may compare an old id with a new window, and take one
 * access for known.)
 *
 * The shadow is looked at where the program has memory; what there is of it elsewhere is
 * forgotten, since an unmapped page has no accesses.
 */
#ifndef REPRISE_RUNTIME_COLLECT_H
#define REPRISE_RUNTIME_COLLECT_H

#include <stdbool.h>

/* What the parts (thread.c, sync.c) do: first, mark and move of core/compact.h. */
enum rt_compact_step { RT_COMPACT_KNOWS, RT_COMPACT_MARK, RT_COMPACT_MOVE };

/* False: it could not be done, or would not have freed enough. Then the history must be dropped,
 * as nothing of it is usable. World stopped. */
bool rt_collect(void);

#endif
