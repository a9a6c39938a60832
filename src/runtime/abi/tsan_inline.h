/*
 * The quick looks for link-time optimisation: `reprise cc --inline` compiles this with the
 * program's own clang, so that the linker can copy them into the program.
 *
 * It becomes one file, libreprise-inline.c, with all headers in it, when Reprise is built, and so
 * always fits the runtime beside it. The definitions are extern inline in the old sense of GNU:
 * they may be copied, and where they are not, the functions of libreprise.a are called. No symbol
 * is defined, hence none twice.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
/* All the runtime's are in the same program. */
#pragma GCC visibility push(hidden)
#include "../access.h"
#include "../stack.h"
#pragma GCC visibility pop

/* nomerge: two calls made one would have the line of one. */
#define LATE_FUNCTION(name, type)                                                                  \
    __attribute__((visibility("hidden"), preserve_most, cold, noinline, nomerge, nothrow)) void    \
    name(type)

#define LATE_SIZES(name)                                                                           \
    LATE_FUNCTION(name##1, rt_addr);                                                               \
    LATE_FUNCTION(name##2, rt_addr);                                                               \
    LATE_FUNCTION(name##4, rt_addr);                                                               \
    LATE_FUNCTION(name##8, rt_addr);                                                               \
    LATE_FUNCTION(name##16, rt_addr)

LATE_SIZES(rt_late_read);
LATE_SIZES(rt_late_write);
LATE_FUNCTION(rt_late_vptr_read8, rt_addr);
LATE_FUNCTION(rt_late_vptr_write8, rt_addr);
LATE_FUNCTION(rt_late_inlined_entry, rt_pc);

#define QUICK                     extern inline __attribute__((gnu_inline, always_inline))
#define LATE(what, size, kind, a) rt_late_##what##size(a)
#define LATE_ENTRY                rt_late_inlined_entry
#include "tsan_quick.h"

/* Compilers leave out what nobody refers to. The linker will leave out this. */
#define ADDRESS(known, name, what, size, kind) , (void *)name
__attribute__((visibility("hidden"))) void *const reprise_inline_hooks[] = {
    (void *)__tsan_func_entry, (void *)__tsan_func_exit, (void *)__tsan_vptr_read,
    (void *)__tsan_vptr_update QUICK_ALIGNED(ADDRESS) QUICK_UNALIGNED(ADDRESS) QUICK_WIDE(ADDRESS)};
