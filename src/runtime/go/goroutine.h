/*
 * Goroutines as threads of the runtime, and how calls of the race ABI enter and leave it.
 *
 * A goroutine is a struct rt_thread whose hot words are its own (rt_thread.own). Uid 0 is the one
 * that only starts the program, uid 1 is main (gorace.h); then come all others in the order of
 * their go statements, those of Go's runtime included. Some calls name a goroutine that is parked,
 * made for it by the one that wakes it: then nobody else uses it.
 *
 * A call runs on the stack of g0, cannot be preempted and must not take long: the garbage collector
 * waits for it. What has no goroutine (allocation, the sweeper) enters by a gate that it shares.
 */
#ifndef REPRISE_RUNTIME_GO_GOROUTINE_H
#define REPRISE_RUNTIME_GO_GOROUTINE_H

#include "../event.h"
#include "../rt.h"
#include "turn.h"

/* Registers uid 0. 0 or -errno. */
int rt_goroutines_init(void);
struct rt_thread *rt_goroutine_first(void);

/* The frames of a goroutine move (call_stack.c). sp: of the Go function that enters or leaves. */
void rt_go_func_enter(struct rt_thread *t, rt_pc pc, uintptr_t sp, const struct rt_go_g *g);
void rt_go_func_exit(struct rt_thread *t, uintptr_t sp, const struct rt_go_g *g);
/* A frame that the compiler did not tell of, for the length of a call of ours. */
void rt_go_frame_push(struct rt_thread *t, rt_pc pc);
static inline void rt_go_frame_pop(struct rt_thread *t)
{
    t->own.top--;
}

/* ---- inside ---- */

CORE_INLINE void rt_go_gate_enter(struct rt_tls *tls)
{
    /* plain store, then a plain load: rt_world_stop's membarrier orders them when it matters */
    tls->depth = 1;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    if (core_unlikely(__atomic_load_n(&rt_world_stopped, __ATOMIC_RELAXED)))
        rt_world_wait(tls);
}

CORE_INLINE void rt_go_gate_leave(struct rt_tls *tls)
{
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    tls->depth = 0;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
}

/* Opens a call for goroutine t; false: there is nothing to do. */
CORE_INLINE bool rt_go_enter(struct rt_thread *t)
{
    if (core_unlikely(!t || !rt_enabled))
        return false;
    rt_go_gate_enter(&t->own);
    return true;
}

CORE_INLINE void rt_go_leave(struct rt_thread *t)
{
    rt_go_gate_leave(&t->own);
    if (core_unlikely(rt_event_reset_wanted || rt_shadow.crowded))
        rt_event_reset_if_needed(t);
}

/* ---- inside without a goroutine, for calls that allocate no ids ---- */

struct rt_tls *rt_go_enter_shared(void); /* NULL: there is nothing to do */
void rt_go_leave_shared(struct rt_tls *gate);

#endif
