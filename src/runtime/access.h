/*
 * Memory accesses: the quick look that most end with, and the way to the shadow for the rest.
 */
#ifndef REPRISE_RUNTIME_ACCESS_H
#define REPRISE_RUNTIME_ACCESS_H

#include "../core/shadow.h"
#include "rt.h"
#include "shadow_map.h"

/*
 * Is this access already known: same thread, same epoch, same bytes, and at least as strong?
 * One load and one comparison, no store; the answer "no" only means "look closer". Reading
 * another thread's half-made change is harmless: only an id of our own window can say yes, and
 * nobody but us writes those.
 */
CORE_INLINE bool rt_known8(rt_addr a, bool write)
{
    uint32_t entry = ((uint32_t *)rt_cell_p(a))[!write];
    return core_ror4(entry - rt_tls.window) < rt_tls.span;
}

/* size 1, 2 or 4, aligned. */
CORE_INLINE bool rt_known(rt_addr a, unsigned size, bool write)
{
    uint32_t mask = ((1u << size) - 1) << (a & 3);
    uint32_t entry = ((uint32_t *)rt_cell_p(a))[!write], d = entry - rt_tls.window;

    if ((d >> 4) < rt_tls.span && ((d & 15) == 0 || (!(a & 4) && (mask & ~d) == 0)))
        return true;
    if (!(a & 4) || (entry & 15) == 0) /* not split as far as this entry tells */
        return false;
    d = ((uint32_t *)rt_cell_q(a))[!write] - rt_tls.window;
    return (d >> 4) < rt_tls.span && (mask & ~d & 15) == 0;
}

/*
 * For callers that hold a lock of the runtime (atomics): the access and its report apart.
 * rt_access_check returns true when there is something to report, of at most 16 bytes.
 */
struct rt_race {
    rt_addr word;     /* the 8-byte word, */
    unsigned touched; /* which of its bytes this access touches, */
    rt_addr addr;     /* and the access as it was made */
    size_t size;
    enum rt_kind kind;
    unsigned tag;
    uint64_t conflict; /* as core_shadow_access says, 0 = none */
};
bool rt_access_check(struct rt_thread *t, rt_pc pc, rt_addr addr, unsigned size,
                     enum rt_kind kind, struct rt_race *race);
void rt_race_report(struct rt_thread *t, rt_pc pc, const struct rt_race *race);

/* The rest, from a hook that compilers call: opens a scope of its own. */
void rt_access_slow(rt_addr a, unsigned size, enum rt_kind kind, rt_pc pc)
    __attribute__((noinline));
void rt_access_range_slow(rt_addr a, size_t bytes, enum rt_kind kind, rt_pc pc)
    __attribute__((noinline));

#endif
