/*
 * What compilers call for plain accesses and function entry and exit.
 *
 * Each hook is one quick look; the rest opens a scope and calls access.c. One table makes them all.
 */
#include "../access.h"
#include "../filter.h"
#include "../hook.h"
#include "../stack.h"
#include "../turn.h"
#include "../turn_access.h"

#define PC ((rt_pc)__builtin_return_address(0))

/* ---- functions ---- */

RT_EXPORT void __tsan_init(void);
RT_EXPORT void __tsan_func_entry(void *caller_pc);
RT_EXPORT void __tsan_func_exit(void);

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

void __tsan_func_entry(void *caller_pc)
{
    rt_frame_push(&rt_tls, (rt_pc)caller_pc);
}

void __tsan_func_exit(void)
{
    rt_frame_pop(&rt_tls);
}

/* ---- what the quick look does not know ---- */

static __attribute__((noinline)) void access_slow(rt_addr a, unsigned size, enum rt_kind kind,
                                                  rt_pc pc)
{
    struct rt_scope s;
    struct rt_thread *t = rt_tls.thread;
    if (t && t->filter && core_likely(rt_strategy == CORE_STRATEGY_OS) &&
        rt_filter_knows(t->filter, a, size, kind & RT_KIND_WRITE_BIT))
        return;
    t = rt_scope_enter_bare(&s);
    if (!t)
        return;
    if (core_likely(rt_strategy == CORE_STRATEGY_OS) || rt_turn_access(t, pc, a, size, kind))
        rt_access_small(t, pc, a, size, kind, 0);
    rt_scope_leave_bare(&s);
}

static __attribute__((noinline)) void range_slow(rt_addr a, size_t bytes, enum rt_kind kind,
                                                 rt_pc pc)
{
    struct rt_scope s;
    struct rt_thread *t = rt_scope_enter_bare(&s);
    if (!t)
        return;
    if (core_likely(rt_strategy == CORE_STRATEGY_OS) || rt_turn_access(t, pc, a, bytes, kind))
        rt_access_words(t, pc, a, bytes, kind);
    rt_scope_leave_bare(&s);
}

/* ---- aligned accesses of up to eight bytes ---- */

#define ACCESS(name, size, kind)                                                                   \
    RT_EXPORT void name(void *addr);                                                               \
    void name(void *addr)                                                                          \
    {                                                                                              \
        rt_addr a = (rt_addr)addr;                                                                 \
        if (size == 8 ? rt_known8(&rt_tls, a, (kind) & 1)                                          \
                      : rt_known(&rt_tls, a, size, (kind) & 1))                                    \
            return;                                                                                \
        access_slow(a, size, kind, PC);                                                            \
    }                                                                                              \
    /* bit 60 marks pcs that the caller symbolizes itself; it stays */                             \
    RT_EXPORT void name##_pc(void *addr, void *pc);                                                \
    void name##_pc(void *addr, void *pc)                                                           \
    {                                                                                              \
        access_slow((rt_addr)addr, size, kind, (rt_pc)pc);                                         \
    }

/* ---- unaligned ones: known as a whole only when they stay in one word ---- */

#define UNALIGNED(name, size, kind)                                                                \
    RT_EXPORT void name(void *addr);                                                               \
    void name(void *addr)                                                                          \
    {                                                                                              \
        rt_addr a = (rt_addr)addr;                                                                 \
        if ((a & (size - 1)) == 0 && (size == 8 ? rt_known8(&rt_tls, a, (kind) & 1)                \
                                                : rt_known(&rt_tls, a, size, (kind) & 1)))         \
            return;                                                                                \
        access_slow(a, size, kind, PC);                                                            \
    }

/* ---- 16 bytes: two words ---- */

#define WIDE(name, kind)                                                                           \
    RT_EXPORT void name(void *addr);                                                               \
    void name(void *addr)                                                                          \
    {                                                                                              \
        rt_addr a = (rt_addr)addr;                                                                 \
        if ((a & 7) == 0 && rt_known8(&rt_tls, a, (kind) & 1) &&                                   \
            rt_known8(&rt_tls, a + 8, (kind) & 1))                                                 \
            return;                                                                                \
        range_slow(a, 16, kind, PC);                                                               \
    }                                                                                              \
    RT_EXPORT void name##_pc(void *addr, void *pc);                                                \
    void name##_pc(void *addr, void *pc)                                                           \
    {                                                                                              \
        range_slow((rt_addr)addr, 16, kind, (rt_pc)pc);                                            \
    }

#define SIZES(M, prefix, kind)                                                                     \
    M(prefix##1, 1, kind) M(prefix##2, 2, kind) M(prefix##4, 4, kind) M(prefix##8, 8, kind)

SIZES(ACCESS, __tsan_read, RT_READ)
SIZES(ACCESS, __tsan_write, RT_WRITE)
SIZES(ACCESS, __tsan_read_write, RT_WRITE) /* a write covers the read before it */
SIZES(ACCESS, __tsan_volatile_read, RT_READ)
SIZES(ACCESS, __tsan_volatile_write, RT_WRITE)
SIZES(UNALIGNED, __tsan_unaligned_read, RT_READ)
SIZES(UNALIGNED, __tsan_unaligned_write, RT_WRITE)
SIZES(UNALIGNED, __tsan_unaligned_read_write, RT_WRITE)
SIZES(UNALIGNED, __tsan_unaligned_volatile_read, RT_READ)
SIZES(UNALIGNED, __tsan_unaligned_volatile_write, RT_WRITE)
WIDE(__tsan_read16, RT_READ)
WIDE(__tsan_write16, RT_WRITE)
WIDE(__tsan_read_write16, RT_WRITE)
WIDE(__tsan_volatile_read16, RT_READ)
WIDE(__tsan_volatile_write16, RT_WRITE)
WIDE(__tsan_unaligned_read16, RT_READ)
WIDE(__tsan_unaligned_write16, RT_WRITE)
WIDE(__tsan_unaligned_read_write16, RT_WRITE)
WIDE(__tsan_unaligned_volatile_read16, RT_READ)
WIDE(__tsan_unaligned_volatile_write16, RT_WRITE)

/* ---- ranges ---- */

#define RANGE(name, kind)                                                                          \
    RT_EXPORT void name(void *addr, unsigned long bytes);                                          \
    void name(void *addr, unsigned long bytes)                                                     \
    {                                                                                              \
        range_slow((rt_addr)addr, bytes, kind, PC);                                                \
    }                                                                                              \
    RT_EXPORT void name##_pc(void *addr, unsigned long bytes, void *pc);                           \
    void name##_pc(void *addr, unsigned long bytes, void *pc)                                      \
    {                                                                                              \
        range_slow((rt_addr)addr, bytes, kind, (rt_pc)pc);                                         \
    }

RANGE(__tsan_read_range, RT_READ)
RANGE(__tsan_write_range, RT_WRITE)

/* ---- the pointer to the virtual table ---- */

RT_EXPORT void __tsan_vptr_read(void **vptr);
RT_EXPORT void __tsan_vptr_update(void **vptr, void *value);

void __tsan_vptr_read(void **vptr)
{
    if (!rt_known8(&rt_tls, (rt_addr)vptr, false))
        access_slow((rt_addr)vptr, 8, RT_VPTR_READ, PC);
}

/* A constructor or destructor that stores what is there already changes nothing. */
void __tsan_vptr_update(void **vptr, void *value)
{
    bool write = *vptr != value;
    if (!rt_known8(&rt_tls, (rt_addr)vptr, write))
        access_slow((rt_addr)vptr, 8, write ? RT_VPTR_WRITE : RT_VPTR_READ, PC);
}
