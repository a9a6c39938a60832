/*
 * Memory accesses: the quick look that most end with, and the way to the shadow for the rest.
 */
#ifndef REPRISE_RUNTIME_ACCESS_H
#define REPRISE_RUNTIME_ACCESS_H

#include "../core/shadow.h"
#include "rt.h"
#include "shadow_map.h"

/* The quick look of core/shadow.h at a plain access of eight aligned bytes, */
CORE_INLINE bool rt_known8(const volatile struct rt_tls *tls, rt_addr a, bool write)
{
    return core_known_word(rt_cell_p(a), write, tls->window, tls->span);
}

/* and of 1, 2 or 4 aligned ones. */
CORE_INLINE bool rt_known(const volatile struct rt_tls *tls, rt_addr a, unsigned size, bool write)
{
    return core_known_half(rt_cell_p(a), rt_cell_q(a), a & 4, ((1u << size) - 1) << (a & 3), write,
                           tls->window, tls->span);
}

/* What these don't know of a write. */
CORE_INLINE bool rt_known_written(const volatile struct rt_tls *tls, rt_addr a, unsigned size)
{
    unsigned bits = ((1u << size) - 1) << (a & 7);
    return !(bits >> 8) &&
           core_known_written(rt_cell_p(a), rt_cell_q(a), bits, tls->window, tls->span);
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
bool rt_access_check(struct rt_thread *t, rt_pc pc, rt_addr addr, unsigned size, enum rt_kind kind,
                     struct rt_race *race);
/* rt_access_check would find and change nothing. */
bool rt_access_known(struct rt_thread *t, rt_addr addr, unsigned size, enum rt_kind kind);
void rt_race_report(struct rt_thread *t, rt_pc pc, const struct rt_race *race);

/* The program, or an option, doesn't want it checked; or there is one thread. */
CORE_INLINE bool rt_access_ignored(const struct rt_thread *t, enum rt_kind kind)
{
    return !rt_multi || (kind & RT_KIND_WRITE_BIT ? t->ignore_writes : t->ignore_reads) > 0;
}

/* The way to the shadow for what the quick look does not know: at most eight bytes, */
void rt_access_small(struct rt_thread *t, rt_pc pc, rt_addr addr, unsigned size, enum rt_kind kind,
                     unsigned tag);
/* the same for what compiled code does, quicker; */
void rt_access_plain(struct rt_thread *t, rt_pc pc, rt_addr addr, unsigned size, enum rt_kind kind);
/* or any number; each 8-byte word of them counts as an access of its own. */
void rt_access_words(struct rt_thread *t, rt_pc pc, rt_addr addr, size_t bytes, enum rt_kind kind);

#endif
