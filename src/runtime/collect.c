#include "collect.h"
#include "draft.h"
#include "event.h"
#include "options.h"
#include "shadow_map.h"
#include "sync.h"
#include "sys/sys.h"
#include "thread.h"

static unsigned collections;

static enum rt_walk_left mark_cells(void *compact, uint64_t *p, uint64_t *q, size_t n)
{
    core_compact_mark_cells(compact, p, q, n);
    return RT_WALK_PQ;
}

static enum rt_walk_left move_cells(void *compact, uint64_t *p, uint64_t *q, size_t n)
{
    static const enum rt_walk_left left[] = {RT_WALK_NOTHING, RT_WALK_P, RT_WALK_PQ};
    return left[core_compact_cells(compact, p, q, n)];
}

/* Number of shadow pages, or -errno; before: what it was. */
static long compact(struct core_compact *c, long *before)
{
    rt_thread_compact(c, RT_COMPACT_KNOWS);
    core_compact_mark_begin(c);
    long pages = *before = rt_shadow_walk(mark_cells, c);
    if (pages < 0)
        return pages;
    rt_drafts_compact(c, RT_COMPACT_MARK);
    rt_thread_compact(c, RT_COMPACT_MARK);
    rt_sync_compact(c, RT_COMPACT_MARK);
    core_compact_renumber(c);
    pages = rt_shadow_walk(move_cells, c);
    if (pages < 0)
        return pages;
    rt_drafts_compact(c, RT_COMPACT_MOVE);
    rt_thread_compact(c, RT_COMPACT_MOVE);
    rt_sync_compact(c, RT_COMPACT_MOVE);
    return pages;
}

bool rt_collect(void)
{
    struct core_compact c;
    uint64_t start = rt_options.verbosity > 0 ? sys_monotonic_ns() : 0;

    if (rt_event_compact_begin(&c, rt_thread_slots(), collections + 1))
        return false;
    uint32_t sets = rt_shadow.set_used, records = rt_shadow.record_live;
    long before, pages = compact(&c, &before);
    bool done = pages >= 0 && rt_event_compact_fits(&c);
    rt_event_compact_end(&c, (size_t)pages, done);
    collections += done;
    if (rt_options.verbosity > 0)
        rt_say("history compacted in %lu us: %u to %u runs of ids, %u to %u words of sets, %u to "
               "%u records, %ld to %ld pages of shadow%s",
               (unsigned long)(sys_monotonic_ns() - start) / 1000, c.runs, c.runs_after, sets,
               rt_shadow.set_used, records, rt_shadow.record_live, before, pages,
               done ? "" : "; not enough, it is dropped");
    return done;
}
