/*
 * The same scopes as in hook.h, opened and closed in place: for the few hooks that take less time
 * than a call or two would.
 */
#ifndef REPRISE_RUNTIME_SCOPE_QUICK_H
#define REPRISE_RUNTIME_SCOPE_QUICK_H

#include "event.h"
#include "hook.h"
#include "module.h"
#include "stack.h"

CORE_INLINE struct rt_thread *rt_scope_enter_quick(struct rt_scope *s, rt_pc caller)
{
    struct rt_thread *t = rt_tls.thread;
    if (core_unlikely(!t || rt_tls.depth > 0 || !rt_enabled || t->ignore_interceptors > 0 ||
                      rt_callers_filtered))
        return rt_scope_enter(s, caller);
    /* plain store, then a plain load, as in hook.c */
    rt_tls.depth = 1;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    if (core_unlikely(__atomic_load_n(&rt_world_stopped, __ATOMIC_RELAXED)))
        rt_world_wait(&rt_tls);
    *s = (struct rt_scope){t, false};
    rt_frame_push(&rt_tls, caller);
    return t;
}

CORE_INLINE void rt_scope_leave_quick(struct rt_scope *s)
{
    if (core_unlikely(!s->thread || rt_self() != s->thread || s->ignoring || rt_tls.depth != 1)) {
        rt_scope_leave(s);
        return;
    }
    rt_frame_pop(&rt_tls);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    rt_tls.depth = 0;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    if (core_unlikely(rt_tls.pending || rt_event_reset_wanted || rt_shadow.crowded))
        rt_scope_left(s->thread);
}

CORE_INLINE struct rt_thread *rt_scope_enter_bare_quick(struct rt_scope *s)
{
    struct rt_thread *t = rt_tls.thread;
    if (core_unlikely(!t || rt_tls.depth > 0 || !rt_enabled)) {
        s->thread = NULL;
        return NULL;
    }
    rt_tls.depth = 1;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    if (core_unlikely(__atomic_load_n(&rt_world_stopped, __ATOMIC_RELAXED)))
        rt_world_wait(&rt_tls);
    return s->thread = t;
}

CORE_INLINE void rt_scope_leave_bare_quick(struct rt_scope *s)
{
    if (core_unlikely(!s->thread || rt_self() != s->thread || rt_tls.depth != 1)) {
        rt_scope_leave_bare(s);
        return;
    }
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    rt_tls.depth = 0;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    if (core_unlikely(rt_tls.pending || rt_event_reset_wanted || rt_shadow.crowded))
        rt_scope_left(s->thread);
}

#define RT_SCOPE_QUICK(name)                                                                       \
    struct rt_scope rt_scope_ __attribute__((cleanup(rt_scope_leave_quick)));                      \
    struct rt_thread *t = rt_scope_enter_quick(&rt_scope_, RT_CALLER);                             \
    const rt_pc pc = (rt_pc)(uintptr_t)RT_SELF(name) + 1;                                          \
    (void)pc

#endif
