/*
 * The lives of the threads and fibers of a C or C++ program, as far as the system thread that runs
 * them is concerned: its thread-local words, its stack, its signals. Who there is stands in the
 * registry (thread.c); goroutines begin and end in go/goroutine.c.
 */
#include "arena.h"
#include "event.h"
#include "ignore.h"
#include "shadow_map.h"
#include "signals.h"
#include "stack.h"
#include "sys/sys.h"
#include "thread.h"
#include "tls.h"

/* ---- birth ---- */

void rt_thread_start(struct rt_thread *t)
{
    rt_tls.depth++;
    /* in view before the look at the flag: who stops the world sees either this thread inside, or
     * nothing of it until the world goes on */
    __atomic_store_n(&t->tls, &rt_tls, __ATOMIC_RELEASE); /* release: depth is up */
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    if (core_unlikely(__atomic_load_n(&rt_world_stopped, __ATOMIC_RELAXED)))
        rt_world_wait(&rt_tls);
    rt_tls_bounds(t);
    if (rt_frames_init(t, t->stack_high - t->stack_low))
        rt_out_of_memory();
    rt_registry_runs_in(t, sys_tid());
    rt_tls.top = t->frames ? t->frames + 1 : NULL;
    rt_tls.thread = t;
    if (t->frames) /* without, detection is off */
        rt_event_start(t);
    if (!t->is_main && t->stack_low)
        rt_forget_range(t->stack_low, t->stack_high - t->stack_low);
    rt_altstack_start(t);
    rt_tls.depth--;
}

int rt_thread_init(void)
{
    int err = rt_registry_init();
    if (err)
        return err;
    rt_thread_start(rt_registry_add(NULL, 0, 0));
    rt_tls.window = 0; /* while there is one thread every access is "mine and now" */
    rt_tls.span = -1u;
    return 0;
}

/* ---- death ---- */

void rt_thread_end(struct rt_thread *t)
{
    uint64_t mask;

    /* stays up: late hooks pass through. The registry changes only while the world runs */
    if (rt_tls.depth++ == 0) {
        __atomic_signal_fence(__ATOMIC_SEQ_CST);
        if (core_unlikely(__atomic_load_n(&rt_world_stopped, __ATOMIC_RELAXED)))
            rt_world_wait(&rt_tls);
    }
    rt_signals_block(&mask); /* for good: others shall handle what is sent to the process */
    rt_ignore_check(t);
    rt_altstack_end(t);
    if (t->stack_low && !t->is_main)
        rt_forget_range(t->stack_low, t->stack_high - t->stack_low);
    rt_tls.thread = NULL;
    rt_tls.window = 0; /* late hooks of this thread do nothing */
    rt_tls.span = -1u;
    rt_tls.top = NULL;
    rt_event_thread_free(t);
    rt_frames_free(t);
    if (rt_registry_end(t))
        rt_thread_free(t);
}

/* ---- fibers ---- */

void rt_fiber_switch(struct rt_thread *from, struct rt_thread *to, bool no_sync)
{
    if (!no_sync) {
        core_clock_join(&to->clock, &from->clock);
        core_clock_raise(&to->clock, from->slot, rt_event_tell(from));
        rt_event_new_epoch(from);
    }
    rt_thread_lock_all(); /* who stops the world looks at both */
    from->tls = NULL;
    to->tls = &rt_tls;
    rt_thread_unlock_all();
    rt_registry_runs_in(to, from->os_tid);
    from->saved_top = rt_tls.top;
    rt_tls.top = to->saved_top ? to->saved_top : to->frames + 1;
    rt_tls.thread = to;
    rt_event_new_window(to);
}

/* ---- fork ---- */

/*
 * The other threads exist only in the parent; their memory is left to it. What they did before
 * the fork, unordered with it, still races with what the child does: its copy of their data
 * was taken at any moment.
 */
void rt_thread_after_fork_child(struct rt_thread *t)
{
    rt_registry_only(t);
    rt_shadow_after_fork();
    if (rt_multi && sys_maps_are_shared()) /* the child's shadow is new and empty */
        rt_event_drop_history();
}
