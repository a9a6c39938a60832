/*
 * What nearly all accesses of compiled code are that the quick look doesn't know, for a hook to
 * have in its own code: in one place (core/near.h), and without side tables before or after.
 */
#ifndef REPRISE_RUNTIME_ACCESS_NEAR_H
#define REPRISE_RUNTIME_ACCESS_NEAR_H

#include "../core/near.h"
#include "access.h"
#include "event_quick.h"
#include "filter.h"
#include "thread.h"

CORE_INLINE struct core_actor rt_actor_of(const struct rt_thread *t, enum rt_kind kind)
{
    core_id first = rt_event_first(t, kind);
    return (struct core_actor){t->slot, first << 4, t->next - first, &t->clock, t->memo};
}

/* What the shadow knows now. A thread that comes here often gets a filter. */
CORE_INLINE void rt_access_know(struct rt_thread *t, rt_addr addr, unsigned size, bool write)
{
    if (core_likely(t->filter))
        rt_filter_add(t->filter, addr, size, write);
    else
        rt_event_count_late(t);
}

/* A read or write within a word, by a thread with a filter. key: rt_event_key, for size. False: it
 * isn't as simple as that, and is for rt_access_plain. */
CORE_INLINE bool rt_access_near(struct rt_thread *t, rt_pc pc, uint64_t key, rt_addr addr,
                                unsigned size, enum rt_kind kind)
{
    unsigned bits = ((1u << size) - 1) << (addr & 7);
    struct core_near n;

    if (!core_near_find_simple(&n, rt_cell_p(addr), rt_cell_q(addr), bits))
        return false;
    struct core_actor a = rt_actor_of(t, kind);
    if (!core_near_knows_simple(&rt_shadow, &a, &n, kind)) {
        core_id id = rt_event_id_known(t, key, kind);
        if (!id) {
            id = rt_event_id_of(t, key, pc, kind, size, 0);
            a = rt_actor_of(t, kind); /* an epoch may have begun with the id */
        }
        if (core_unlikely(!id) || !core_near_change_simple(&rt_shadow, &a, &n, id, kind))
            return false;
    }
    rt_filter_put(t->filter, addr, bits, kind & RT_KIND_WRITE_BIT);
    return true;
}

#endif
