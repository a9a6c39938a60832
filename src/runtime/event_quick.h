/*
 * The id of an event, for callers that take less time than a call would: what the thread remembers
 * of its sites, and the ids that it drew for them.
 */
#ifndef REPRISE_RUNTIME_EVENT_QUICK_H
#define REPRISE_RUNTIME_EVENT_QUICK_H

#include "event.h"

enum { RT_SITE_BITS = 24 };

/* A site, and the last id that the thread drew for it. */
struct rt_cached {
    uint64_t site; /* key without its lowest bits, over the number */
    core_id id;
    uint32_t lockset; /* of id */
};

struct rt_caches {
    struct rt_cached *id; /* a hash table of `size`, one place a key */
    uint32_t size, shift;
    uint32_t misses; /* since it has this size */
    uint32_t runs_at_once;
    uint32_t late; /* see rt_event_count_late */
};

/* A hash of the calling context, the pc and so on: names the site. */
CORE_INLINE uint64_t rt_event_key(const struct rt_thread *t, rt_pc pc, enum rt_kind kind,
                                  unsigned size, unsigned tag)
{
    return (t->tls->top[-1].hash ^ (pc << 16 | tag << 13 | kind << 8 | size)) *
           0xff51afd7ed558ccdull;
}

CORE_INLINE struct rt_cached *rt_event_cached(const struct rt_thread *t, uint64_t key)
{
    return &t->caches->id[key >> t->caches->shift];
}

/* The key will soon be asked for. There is one cache miss in many look-ups. */
CORE_INLINE void rt_event_expect(const struct rt_thread *t, uint64_t key)
{
    __builtin_prefetch(rt_event_cached(t, key));
}

/* The id that t drew for the key, if it may stand for an access now; else 0. */
CORE_INLINE core_id rt_event_id_known(const struct rt_thread *t, uint64_t key, enum rt_kind kind)
{
    const struct rt_cached *c = rt_event_cached(t, key);
    bool known = !((c->site ^ key) >> RT_SITE_BITS) && c->id >= rt_event_first(t, kind) &&
                 c->id < t->next && c->lockset == t->lockset;
    return known ? c->id : 0;
}

#endif
