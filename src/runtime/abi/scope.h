/*
 * Scopes of the functions that programs call by name: annotations and the public interface.
 * Like RT_SCOPE (hook.h), but the function's own symbol is the frame that reports show on top.
 */
#ifndef REPRISE_RUNTIME_ABI_SCOPE_H
#define REPRISE_RUNTIME_ABI_SCOPE_H

#include "../hook.h"

/* Declares t (NULL: do nothing) and pc. */
#define ABI_SCOPE(name)                                                                            \
    struct rt_scope rt_scope_ __attribute__((cleanup(rt_scope_leave)));                            \
    struct rt_thread *t = rt_scope_enter(&rt_scope_, RT_CALLER);                                   \
    const rt_pc pc = (rt_pc)(uintptr_t)(name) + 1;                                                 \
    (void)pc

/* The event belongs to the caller: no frame of its own, pc is where the call returns to. */
#define ABI_SCOPE_BARE()                                                                           \
    struct rt_scope rt_scope_ __attribute__((cleanup(rt_scope_leave_bare)));                       \
    struct rt_thread *t = rt_scope_enter_bare(&rt_scope_);                                         \
    const rt_pc pc = RT_CALLER;                                                                    \
    (void)pc

#endif
