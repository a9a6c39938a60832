/*
 * What compilers call for plain accesses and function entry and exit.
 *
 * Each hook is one quick look (tsan_quick.h); the rest opens a scope and calls access.c.
 */
#include "../access_near.h"
#include "../draft_near.h"
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

/* Within one word, and without a look at anything but cells and what is the thread's own. */
CORE_INLINE bool known(const struct rt_thread *t, rt_addr a, unsigned size, bool write)
{
    struct rt_filter *f = t->filter;
    unsigned bits = ((1u << size) - 1) << (a & 7);

    if (bits >> 8 || !f || !rt_filter_holds(f))
        return false;
    return rt_filter_has(f, a, bits, write) ||
           (write ? rt_known_written(&rt_tls, a, size) : rt_filter_knows_set(f, a, size));
}

/* The quick look at bytes anywhere, half by half. */
static __attribute__((noinline)) bool halves_known(rt_addr a, unsigned size, bool write)
{
    for (rt_addr end = a + size, next; a < end; a = next) {
        next = (a & ~3ull) + 4 < end ? (a & ~3ull) + 4 : end;
        if (!rt_known(&rt_tls, a, (unsigned)(next - a), write))
            return false;
    }
    return true;
}

/* What known() does not look at. Within a scope. */
static bool known_apart(struct rt_thread *t, rt_addr a, unsigned size, bool write)
{
    bool two = (a & 7) + size > 8;
    return (two && t->filter && rt_filter_knows(t->filter, a, size, write)) ||
           ((a & (size - 1)) && halves_known(a, size, write));
}

/* Where no strategy wants to know of it: the short ways. */
static bool access_short(struct rt_thread *t, rt_pc pc, rt_addr a, unsigned size, enum rt_kind kind)
{
    if ((rt_page_of(a) != RT_PAGE_SHARED || rt_page_of(a + size - 1) != RT_PAGE_SHARED) &&
        rt_draft_access(t, pc, a, size, kind))
        return true;
    if (t->filter)
        rt_filter_heed_voids(t->filter);
    return known_apart(t, a, size, kind & RT_KIND_WRITE_BIT);
}

static __attribute__((noinline)) void look_closer(rt_addr a, rt_pc pc, unsigned size,
                                                  enum rt_kind kind)
{
    struct rt_scope s;
    struct rt_thread *t = rt_scope_enter_bare_quick(&s);
    if (!t)
        return;
    if (core_likely(rt_strategy == CORE_STRATEGY_OS) ? !access_short(t, pc, a, size, kind)
                                                     : rt_turn_access(t, pc, a, size, kind))
        rt_access_plain(t, pc, a, size, kind);
    rt_scope_leave_bare_quick(&s);
}

/* Is it known after all? */
CORE_INLINE bool late_known(rt_addr a, unsigned size, enum rt_kind kind)
{
    struct rt_thread *t = rt_tls.thread;
    return t && rt_page_of(a) == RT_PAGE_SHARED && core_likely(rt_strategy == CORE_STRATEGY_OS) &&
           known(t, a, size, kind & RT_KIND_WRITE_BIT);
}

/* What nearly all others are: a store in the thread's own draft, or within a word of a shared page.
 * In a scope. False: look closer. */
CORE_INLINE bool late_near(struct rt_thread *t, uint64_t key, rt_addr a, rt_pc pc, unsigned size,
                           enum rt_kind kind)
{
    if (rt_page_of(a) != RT_PAGE_SHARED)
        return rt_draft_near(t, pc, key, a, size, kind);
    if (core_unlikely(!t->filter || (a & (size - 1)) || !rt_filter_holds(t->filter)))
        return false;
    if (core_unlikely(!rt_access_near(t, pc, key, a, size, kind)))
        rt_access_plain(t, pc, a, size, kind);
    return true;
}

/* Size and kind are constants where this is copied to. */
CORE_INLINE void late_plain(rt_addr a, rt_pc pc, unsigned size, enum rt_kind kind)
{
    struct rt_thread *t = rt_tls.thread;
    bool done = false;

    if (core_likely(t && rt_tls.depth == 0 && rt_enabled && rt_strategy == CORE_STRATEGY_OS &&
                    !rt_access_ignored(t, kind))) {
        uint64_t key = rt_event_key(t, pc, kind, size, 0);
        rt_event_expect(t, key);
        struct rt_scope s;
        rt_scope_enter_bare_quick(&s);
        done = late_near(t, key, a, pc, size, kind);
        rt_scope_leave_bare_quick(&s);
    }
    if (core_unlikely(!done))
        look_closer(a, pc, size, kind);
}

/* Most are known after all, and that needs no registers to be saved. */
#define LATE_PLAIN(what, size, kind)                                                               \
    static __attribute__((noinline)) void late_##what##size(rt_addr a, rt_pc pc)                   \
    {                                                                                              \
        late_plain(a, pc, size, kind);                                                             \
    }                                                                                              \
    __attribute__((noinline)) void rt_late_plain_##what##size(rt_addr a, rt_pc pc)                 \
    {                                                                                              \
        if (!late_known(a, size, kind))                                                            \
            late_##what##size(a, pc);                                                              \
    }

LATE_PLAIN(read, 1, RT_READ)
LATE_PLAIN(read, 2, RT_READ)
LATE_PLAIN(read, 4, RT_READ)
LATE_PLAIN(read, 8, RT_READ)
LATE_PLAIN(write, 1, RT_WRITE)
LATE_PLAIN(write, 2, RT_WRITE)
LATE_PLAIN(write, 4, RT_WRITE)
LATE_PLAIN(write, 8, RT_WRITE)

__attribute__((noinline)) void rt_late_access(rt_addr a, rt_pc pc, unsigned size, enum rt_kind kind)
{
    if (!late_known(a, size, kind))
        look_closer(a, pc, size, kind);
}

static void rt_late_plain_vptr_read8(rt_addr a, rt_pc pc)
{
    rt_late_access(a, pc, 8, RT_VPTR_READ);
}

static void rt_late_plain_vptr_write8(rt_addr a, rt_pc pc)
{
    rt_late_access(a, pc, 8, RT_VPTR_WRITE);
}

static void rt_late_plain_read16(rt_addr a, rt_pc pc)
{
    rt_late_range(a, pc, 16, RT_READ);
}

static void rt_late_plain_write16(rt_addr a, rt_pc pc)
{
    rt_late_range(a, pc, 16, RT_WRITE);
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

#define QUICK                     RT_EXPORT
#define LATE(what, size, kind, a) rt_late_plain_##what##size(a, PC)
#define LATE_ENTRY                rt_late_entry
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
