/*
 * The quick looks: what compilers call for plain accesses, and at function entry and exit.
 *
 * One table makes them all. It is included twice: by tsan_access.c, where they are functions of
 * the runtime, and by tsan_inline.h, from which link-time optimisation copies them into programs.
 * What they don't know is looked at out of line, and that is where the two differ. The includer
 * defines:
 *
 *     QUICK                       what stands before a definition
 *     LATE(what, size, kind, a)   the rest of an access to address a: what is read, write,
 *                                 vptr_read or vptr_write, kind its rt_kind; 16 bytes are two words
 *     LATE_ENTRY(pc)              the rest of an entry, when stacks are folded
 *
 * A quick look loads window and span anew each time (volatile): inlined into a loop, the compiler
 * would keep them in registers, where neither a signal handler that ends the epoch nor a thread
 * that renumbers ids could reach them.
 */
#include "../access.h"
#include "../draft.h"
#include "../stack.h"

/* ---- functions ---- */

QUICK void __tsan_func_entry(void *caller_pc);
QUICK void __tsan_func_exit(void);

QUICK void __tsan_func_entry(void *caller_pc)
{
    if (core_unlikely(rt_stack_fold))
        LATE_ENTRY((rt_pc)caller_pc);
    else
        rt_frame_push(&rt_tls, (rt_pc)caller_pc);
}

QUICK void __tsan_func_exit(void)
{
    rt_frame_pop(&rt_tls);
}

/* ---- accesses: which are known ---- */

/* Whose the page is comes first: a draft has no cells, and to look at them would give it memory. */

/* Aligned. A full word speaks for any of its bytes, and most are: one comparison. */
CORE_INLINE bool rt_quick_aligned(rt_addr a, unsigned size, bool write)
{
    uint64_t page = rt_page_of(a);
    if (rt_page_is_mine(page, &rt_tls))
        return rt_page_knows(page, a, size, write);
    return core_likely(rt_known8(&rt_tls, a, write)) ||
           (size < 8 && rt_known(&rt_tls, a, size, write));
}

/* Over one full word or two; or it is aligned after all. */
CORE_INLINE bool rt_quick_unaligned(rt_addr a, unsigned size, bool write)
{
    uint64_t page = rt_page_of(a);
    if (rt_page_is_mine(page, &rt_tls))
        return rt_page_knows(page, a, size, write);
    return core_likely(rt_known8(&rt_tls, a, write) && rt_known8(&rt_tls, a + size - 1, write)) ||
           (size < 8 && (a & (size - 1)) == 0 && rt_known(&rt_tls, a, size, write));
}

/* 16 bytes: two words. */
CORE_INLINE bool rt_quick_wide(rt_addr a, unsigned size, bool write)
{
    uint64_t page = rt_page_of(a);
    if (rt_page_is_mine(page, &rt_tls))
        return rt_page_knows(page, a, size, write);
    return (a & 7) == 0 && rt_known8(&rt_tls, a, write) && rt_known8(&rt_tls, a + 8, write);
}

/* ---- the table: which are known, name, what it is, bytes, kind ---- */

#define QUICK_SIZES(ROW, known, name, what, kind)                                                  \
    ROW(known, name##1, what, 1, kind)                                                             \
    ROW(known, name##2, what, 2, kind)                                                             \
    ROW(known, name##4, what, 4, kind)                                                             \
    ROW(known, name##8, what, 8, kind)

/* A write covers the read before it. */
#define QUICK_ALIGNED(ROW)                                                                         \
    QUICK_SIZES(ROW, rt_quick_aligned, __tsan_read, read, RT_READ)                                 \
    QUICK_SIZES(ROW, rt_quick_aligned, __tsan_write, write, RT_WRITE)                              \
    QUICK_SIZES(ROW, rt_quick_aligned, __tsan_read_write, write, RT_WRITE)                         \
    QUICK_SIZES(ROW, rt_quick_aligned, __tsan_volatile_read, read, RT_READ)                        \
    QUICK_SIZES(ROW, rt_quick_aligned, __tsan_volatile_write, write, RT_WRITE)

#define QUICK_UNALIGNED(ROW)                                                                       \
    QUICK_SIZES(ROW, rt_quick_unaligned, __tsan_unaligned_read, read, RT_READ)                     \
    QUICK_SIZES(ROW, rt_quick_unaligned, __tsan_unaligned_write, write, RT_WRITE)                  \
    QUICK_SIZES(ROW, rt_quick_unaligned, __tsan_unaligned_read_write, write, RT_WRITE)             \
    QUICK_SIZES(ROW, rt_quick_unaligned, __tsan_unaligned_volatile_read, read, RT_READ)            \
    QUICK_SIZES(ROW, rt_quick_unaligned, __tsan_unaligned_volatile_write, write, RT_WRITE)

#define QUICK_WIDE(ROW)                                                                            \
    ROW(rt_quick_wide, __tsan_read16, read, 16, RT_READ)                                           \
    ROW(rt_quick_wide, __tsan_write16, write, 16, RT_WRITE)                                        \
    ROW(rt_quick_wide, __tsan_read_write16, write, 16, RT_WRITE)                                   \
    ROW(rt_quick_wide, __tsan_volatile_read16, read, 16, RT_READ)                                  \
    ROW(rt_quick_wide, __tsan_volatile_write16, write, 16, RT_WRITE)                               \
    ROW(rt_quick_wide, __tsan_unaligned_read16, read, 16, RT_READ)                                 \
    ROW(rt_quick_wide, __tsan_unaligned_write16, write, 16, RT_WRITE)                              \
    ROW(rt_quick_wide, __tsan_unaligned_read_write16, write, 16, RT_WRITE)                         \
    ROW(rt_quick_wide, __tsan_unaligned_volatile_read16, read, 16, RT_READ)                        \
    ROW(rt_quick_wide, __tsan_unaligned_volatile_write16, write, 16, RT_WRITE)

#define QUICK_DEFINE(known, name, what, size, kind)                                                \
    QUICK void name(void *addr);                                                                   \
    QUICK void name(void *addr)                                                                    \
    {                                                                                              \
        rt_addr a = (rt_addr)addr;                                                                 \
        if (!known(a, size, kind & RT_KIND_WRITE_BIT))                                             \
            LATE(what, size, kind, a);                                                             \
    }

QUICK_ALIGNED(QUICK_DEFINE)
QUICK_UNALIGNED(QUICK_DEFINE)
QUICK_WIDE(QUICK_DEFINE)

/* ---- the pointer to the virtual table ---- */

QUICK void __tsan_vptr_read(void **vptr);
QUICK void __tsan_vptr_update(void **vptr, void *value);

QUICK void __tsan_vptr_read(void **vptr)
{
    if (!rt_quick_aligned((rt_addr)vptr, 8, false))
        LATE(vptr_read, 8, RT_VPTR_READ, (rt_addr)vptr);
}

/* A constructor or destructor that stores what is there already changes nothing. */
QUICK void __tsan_vptr_update(void **vptr, void *value)
{
    bool write = *vptr != value;
    if (rt_quick_aligned((rt_addr)vptr, 8, write))
        return;
    if (write)
        LATE(vptr_write, 8, RT_VPTR_WRITE, (rt_addr)vptr);
    else
        LATE(vptr_read, 8, RT_VPTR_READ, (rt_addr)vptr);
}
