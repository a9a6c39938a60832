/*
 * The public interface of sanitizer/tsan_interface.h, but for annotations (tsan_annotate.c),
 * external objects (tsan_external.c) and reports (tsan_report_api.c).
 */
#include "../event.h"
#include "../finding.h"
#include "../ignore.h"
#include "../lockset.h"
#include "../stack.h"
#include "../sys/sys.h"
#include "scope.h"

/* ---- happens-before by hand ---- */

RT_EXPORT void __tsan_acquire(void *addr)
{
    ABI_SCOPE_BARE();
    if (t)
        rt_acquire(t, (rt_addr)addr);
}

RT_EXPORT void __tsan_release(void *addr)
{
    ABI_SCOPE_BARE();
    if (t)
        rt_release(t, (rt_addr)addr);
}

/* "Release memory": drops the history at the end of this scope, as if a table had run full. */
RT_EXPORT void __tsan_flush_memory(void)
{
    ABI_SCOPE_BARE();
    if (t)
        rt_event_ask_drop();
}

/* ---- mutexes by hand ---- */

enum {
    CREATION_FLAGS = RT_MUTEX_LINKER_INIT | RT_MUTEX_WRITE_REENTRANT | RT_MUTEX_READ_REENTRANT |
                     RT_MUTEX_NOT_STATIC
};

/* The code between pre and post is the mutex itself: neither its accesses nor its atomics are
 * the program's business. Divert leaves that region for a while. */
static void inside_mutex(struct rt_thread *t)
{
    rt_ignore_begin(t, 0);
    rt_ignore_sync_begin(t, 0);
}

static void outside_mutex(struct rt_thread *t)
{
    rt_ignore_sync_end(t);
    rt_ignore_end(t);
}

RT_EXPORT void __tsan_mutex_create(void *m, unsigned flags)
{
    ABI_SCOPE(__tsan_mutex_create);
    if (t)
        rt_mutex_create(t, pc, (rt_addr)m, flags & CREATION_FLAGS);
}

RT_EXPORT void __tsan_mutex_destroy(void *m, unsigned flags)
{
    ABI_SCOPE(__tsan_mutex_destroy);
    if (t)
        rt_mutex_destroy(t, pc, (rt_addr)m, flags);
}

RT_EXPORT void __tsan_mutex_pre_lock(void *m, unsigned flags)
{
    ABI_SCOPE(__tsan_mutex_pre_lock);
    if (!t)
        return;
    if (!(flags & RT_MUTEX_TRY_LOCK)) {
        if (flags & RT_MUTEX_READ_LOCK)
            rt_mutex_pre_read_lock(t, pc, (rt_addr)m, flags);
        else
            rt_mutex_pre_lock(t, pc, (rt_addr)m, flags);
    }
    inside_mutex(t);
}

RT_EXPORT void __tsan_mutex_post_lock(void *m, unsigned flags, int recursion)
{
    ABI_SCOPE(__tsan_mutex_post_lock);
    if (!t)
        return;
    outside_mutex(t);
    if (flags & RT_MUTEX_TRY_LOCK_FAILED)
        return;
    if (flags & RT_MUTEX_READ_LOCK)
        rt_mutex_read_lock(t, pc, (rt_addr)m, flags);
    else
        rt_mutex_lock(t, pc, (rt_addr)m, flags, recursion);
}

RT_EXPORT int __tsan_mutex_pre_unlock(void *m, unsigned flags)
{
    ABI_SCOPE(__tsan_mutex_pre_unlock);
    if (!t)
        return 0;
    int levels = 0;
    if (flags & RT_MUTEX_READ_LOCK)
        rt_mutex_read_unlock(t, pc, (rt_addr)m);
    else
        levels = rt_mutex_unlock(t, pc, (rt_addr)m, flags);
    inside_mutex(t);
    return levels;
}

RT_EXPORT void __tsan_mutex_post_unlock(void *m, unsigned flags)
{
    ABI_SCOPE(__tsan_mutex_post_unlock);
    if (t)
        outside_mutex(t);
}

RT_EXPORT void __tsan_mutex_pre_signal(void *m, unsigned flags)
{
    ABI_SCOPE(__tsan_mutex_pre_signal);
    if (t)
        inside_mutex(t);
}

RT_EXPORT void __tsan_mutex_post_signal(void *m, unsigned flags)
{
    ABI_SCOPE(__tsan_mutex_post_signal);
    if (t)
        outside_mutex(t);
}

RT_EXPORT void __tsan_mutex_pre_divert(void *m, unsigned flags)
{
    ABI_SCOPE(__tsan_mutex_pre_divert);
    if (t)
        outside_mutex(t);
}

RT_EXPORT void __tsan_mutex_post_divert(void *m, unsigned flags)
{
    ABI_SCOPE(__tsan_mutex_post_divert);
    if (t)
        inside_mutex(t);
}

RT_EXPORT void __tsan_check_no_mutexes_held(void)
{
    ABI_SCOPE(__tsan_check_no_mutexes_held);
    if (!t || !t->lockset)
        return;
    struct rt_finding *f = rt_finding_begin(t, RT_FINDING_MUTEX_HELD_WRONG_CONTEXT);
    if (!f)
        return;
    struct rt_held held[RT_LOCKSET_MAX];
    size_t n = rt_lockset_read(t->lockset, held, RT_LOCKSET_MAX);
    for (size_t i = 0; i < n; i++)
        rt_finding_add_mutex(f, held[i].mutex);
    f->stack[f->nstack++] = rt_stack_capture(t, pc);
    rt_finding_end(t, f);
}

/* ---- fibers ---- */

enum { SWITCH_NO_SYNC = 1 };

RT_EXPORT void *__tsan_get_current_fiber(void)
{
    ABI_SCOPE_BARE();
    return t ? t : rt_self();
}

RT_EXPORT void *__tsan_create_fiber(unsigned flags)
{
    ABI_SCOPE_BARE();
    unsigned no_sync = flags & SWITCH_NO_SYNC ? RT_THREAD_NO_SYNC : 0;
    return t ? rt_thread_create(t, pc, RT_THREAD_FIBER | no_sync) : NULL;
}

RT_EXPORT void __tsan_destroy_fiber(void *fiber)
{
    ABI_SCOPE_BARE();
    if (t && fiber)
        rt_fiber_destroy(t, fiber);
}

/* Bare on purpose: a frame pushed on one fiber's stack could only be popped from the other's. */
RT_EXPORT void __tsan_switch_to_fiber(void *fiber, unsigned flags)
{
    ABI_SCOPE_BARE();
    if (t && fiber && fiber != t)
        rt_fiber_switch(t, fiber, flags & SWITCH_NO_SYNC);
}

RT_EXPORT void __tsan_set_fiber_name(void *fiber, const char *name)
{
    ABI_SCOPE_BARE();
    if (t && fiber && name)
        rt_thread_set_name(fiber, name);
}

/* ---- accesses and synchronisation don't count between these ---- */

RT_EXPORT void __tsan_ignore_thread_begin(void)
{
    ABI_SCOPE_BARE();
    if (t)
        rt_ignore_begin(t, pc);
}

RT_EXPORT void __tsan_ignore_thread_end(void)
{
    ABI_SCOPE_BARE();
    if (t)
        rt_ignore_end(t);
}

/* ---- for tests ---- */

/*
 * A barrier that orders threads in time but not by happens-before. The word's low ten bits say
 * how many threads take part, the rest counts arrivals.
 */
enum { BARRIER_ARRIVAL = 1024 };

static uint32_t barrier_round(uint32_t word)
{
    return word / BARRIER_ARRIVAL / (word % BARRIER_ARRIVAL);
}

RT_EXPORT void __tsan_testonly_barrier_init(uint32_t *barrier, unsigned threads)
{
    if (!threads || threads >= BARRIER_ARRIVAL)
        rt_die("__tsan_testonly_barrier_init: %u threads, 1 to %d can be", threads,
               BARRIER_ARRIVAL - 1);
    *barrier = threads;
}

/* No scope: nothing of the runtime is used, and signals must get through. */
RT_EXPORT void __tsan_testonly_barrier_wait(uint32_t *barrier)
{
    /* relaxed: the barrier must not order anything, and the futex looks at this word only */
    uint32_t before = __atomic_fetch_add(barrier, BARRIER_ARRIVAL, __ATOMIC_RELAXED);
    uint32_t round = barrier_round(before);
    if (barrier_round(before + BARRIER_ARRIVAL) != round) {
        sys_futex_wake(barrier, BARRIER_ARRIVAL);
        return;
    }
    for (;;) {
        uint32_t now = __atomic_load_n(barrier, __ATOMIC_RELAXED);
        if (barrier_round(now) != round)
            return;
        sys_futex_wait(barrier, now);
    }
}

RT_EXPORT size_t __tsan_testonly_shadow_stack_current_size(void)
{
    struct rt_thread *t = rt_self();
    return t ? (size_t)(rt_tls.top - t->frames - 1) : 0;
}
