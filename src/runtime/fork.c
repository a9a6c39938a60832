#include "fork.h"

#include "arena.h"
#include "event.h"
#include "finding.h"
#include "heap.h"
#include "hook.h"
#include "libc/pthreads.h"
#include "libc/timers.h"
#include "memory_limits.h"
#include "options.h"
#include "say.h"
#include "sys/sys.h"
#include "turn.h"

static bool child_of_threads; /* this process is a child of one with several threads */
static int tables_error;      /* why the child that is being made has no tables of its own */

/* Locks that are also taken by threads after their end, in order. */
static const struct {
    void (*lock)(void), (*unlock)(void);
} locks[] = {
    {rt_pthread_lock_all, rt_pthread_unlock_all},
    {rt_thread_lock_all, rt_thread_unlock_all},
    {rt_heap_lock_all, rt_heap_unlock_all},
    {rt_arena_lock_all, rt_arena_unlock_all},
};

enum { LOCKS = sizeof locks / sizeof locks[0] };

static void leave(struct rt_thread *t)
{
    for (size_t i = LOCKS; i-- > 0;)
        locks[i].unlock();
    rt_world_go(t);
}

void rt_fork_before(void)
{
    struct rt_thread *t = rt_self();
    if (!t)
        return;
    if (rt_tls.depth++ == 0 && rt_world_stopped)
        rt_world_wait(&rt_tls);
    rt_world_stop(t);
    for (size_t i = 0; i < LOCKS; i++)
        locks[i].lock();
    tables_error = sys_fork_before();
}

/* As a scope that closes: signals were put off meanwhile. */
static void close_scope(struct rt_thread *t)
{
    struct rt_scope s = {.thread = t};
    rt_scope_leave_bare(&s);
}

void rt_fork_parent(void)
{
    struct rt_thread *t = rt_self();
    if (!t)
        return;
    sys_fork_parent();
    leave(t);
    close_scope(t);
}

void rt_fork_child(void)
{
    struct rt_thread *t = rt_self();
    if (!t)
        return;
    sys_fork_child();
    leave(t);
    if (tables_error) { /* what it wrote would be written in its parent */
        rt_enabled = false;
        rt_say("no memory (error %d) to detect races in the child of a fork; it runs without",
               -tables_error);
        close_scope(t);
        return;
    }
    if (rt_thread_live_count() > 1) {
        child_of_threads = true;
        rt_degrade(RT_DEGRADED_FORK);
    }
    rt_thread_after_fork_child(t);
    rt_pthread_after_fork(t);
    rt_fd_after_fork(t);
    rt_turn_after_fork(t);
    rt_timers_after_fork(t);
    rt_limits_after_fork();
    close_scope(t);
}

/* What pthread_atfork calls; that one belongs to the module it is linked into. */
extern int __register_atfork(void (*)(void), void (*)(void), void (*)(void), void *module);

void rt_fork_init(void)
{
    if (__register_atfork(rt_fork_before, rt_fork_parent, rt_fork_child, NULL))
        rt_say("cannot follow fork: children of a process with threads may hang");
}

void rt_fork_check_create(void)
{
    if (!child_of_threads || !rt_options.die_after_fork)
        return;
    static const char text[] =
        "ThreadSanitizer: starting new threads after multi-threaded fork is not supported. "
        "Dying (set die_after_fork=0 to override)\n";
    rt_stream_write(text, sizeof text - 1);
    rt_halt();
}
