/*
 * What compilers call for plain accesses and function entry and exit.
 *
 * Each hook is one quick look (tsan_quick.h); the rest opens a scope and calls access.c.
 */
#include "../access.h"
#include "../filter.h"
#include "../scope_quick.h"
#include "../stack.h"
#include "../turn.h"
#include "../turn_access.h"
#include "tsan_late.h"

#define PC ((rt_pc)__builtin_return_address(0))

RT_EXPORT void __tsan_init(void);

void __tsan_init(void)
{
    rt_init();
}

/* The exported name leads to the runtime that the loader found first. */
void rt_init_here(void) __attribute__((alias("__tsan_init"), visibility("hidden")));

bool rt_is_second(void)
{
    return __tsan_init != rt_init_here;
}

/* ---- what the quick look does not know ---- */

/* Without a look at anything but cells and what is the thread's own. */
static bool known(struct rt_thread *t, rt_addr a, unsigned size, bool write)
{
    if (write && rt_known_written(&rt_tls, a, size))
        return true;
    return t->filter && rt_filter_knows_access(t->filter, a, size, write);
}

__attribute__((noinline)) void rt_late_access(rt_addr a, rt_pc pc, unsigned size, enum rt_kind kind)
{
    struct rt_scope s;
    struct rt_thread *t = rt_tls.thread;
    if (t && core_likely(rt_strategy == CORE_STRATEGY_OS) &&
        known(t, a, size, kind & RT_KIND_WRITE_BIT))
        return;
    t = rt_scope_enter_bare_quick(&s);
    if (!t)
        return;
    if (core_likely(rt_strategy == CORE_STRATEGY_OS) || rt_turn_access(t, pc, a, size, kind))
        rt_access_plain(t, pc, a, size, kind);
    rt_scope_leave_bare_quick(&s);
}

__attribute__((noinline)) void rt_late_range(rt_addr a, rt_pc pc, size_t bytes, enum rt_kind kind)
{
    struct rt_scope s;
    struct rt_thread *t = rt_scope_enter_bare(&s);
    if (!t)
        return;
    if (core_likely(rt_strategy == CORE_STRATEGY_OS) || rt_turn_access(t, pc, a, bytes, kind))
        rt_access_words(t, pc, a, bytes, kind);
    rt_scope_leave_bare(&s);
}

void rt_late_entry(rt_pc caller_pc)
{
    rt_frame_push(&rt_tls, caller_pc);
}

/* ---- the hooks ---- */

#define QUICK RT_EXPORT
#define LATE(what, size, kind, a)                                                                  \
    (size == 16 ? rt_late_range(a, PC, size, kind) : rt_late_access(a, PC, size, kind))
#define LATE_ENTRY rt_late_entry
#include "tsan_quick.h"

/* The same for callers that know the pc. Bit 60 marks one that they symbolize themselves; it stays.
 */
#define WITH_PC(known, name, what, size, kind)                                                     \
    RT_EXPORT void name##_pc(void *addr, void *pc);                                                \
    void name##_pc(void *addr, void *pc)                                                           \
    {                                                                                              \
        if (size == 16)                                                                            \
            rt_late_range((rt_addr)addr, (rt_pc)pc, size, kind);                                   \
        else                                                                                       \
            rt_late_access((rt_addr)addr, (rt_pc)pc, size, kind);                                  \
    }

QUICK_ALIGNED(WITH_PC)
QUICK_WIDE(WITH_PC)

/* ---- ranges ---- */

#define RANGE(name, kind)                                                                          \
    RT_EXPORT void name(void *addr, unsigned long bytes);                                          \
    void name(void *addr, unsigned long bytes)                                                     \
    {                                                                                              \
        rt_late_range((rt_addr)addr, PC, bytes, kind);                                             \
    }                                                                                              \
    RT_EXPORT void name##_pc(void *addr, unsigned long bytes, void *pc);                           \
    void name##_pc(void *addr, unsigned long bytes, void *pc)                                      \
    {                                                                                              \
        rt_late_range((rt_addr)addr, (rt_pc)pc, bytes, kind);                                      \
    }

RANGE(__tsan_read_range, RT_READ)
RANGE(__tsan_write_range, RT_WRITE)
