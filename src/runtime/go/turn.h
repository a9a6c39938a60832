/*
 * Seeds for Go, the side of the race ABI: memory accesses and atomics as schedule points. What the
 * edited Go runtime calls is schedule.h.
 *
 * A race call stands in the middle of the program's code, on g0's stack, where no goroutine can be
 * parked. So a switch that is wanted here is asked for: the limit of the goroutine's stack is set
 * to what Go itself sets it to, and at its next function call the goroutine gives way (pick). Under
 * delay the call sleeps.
 *
 * Without a seed each of these is one branch that is never taken. They are called by the goroutine
 * that t is of, before the access and its event, without locks of the runtime; an access inside of
 * the runtime's gate, an atomic outside. Calls that are made
 * for other goroutines (acquire and release) are no points: what they belong to is one already.
 *
 * All files of the Go object are compiled with the register of g fixed (-ffixed-r14), so that it
 * holds what it held when Go called.
 */
#ifndef REPRISE_RUNTIME_GO_TURN_H
#define REPRISE_RUNTIME_GO_TURN_H

#include "../turn.h"

/* What is the same in runtime.g of all versions. */
struct rt_go_g {
    uintptr_t low, high; /* its stack */
    uintptr_t limit;     /* stackguard0 */
};

/* On which Go code called: a goroutine, g0 or gsignal. */
static inline struct rt_go_g *rt_go_current_g(void)
{
#if defined(__x86_64__)
    struct rt_go_g *g;
    __asm__ volatile("mov %%r14, %0" : "=r"(g));
    return g;
#elif defined(__aarch64__)
    struct rt_go_g *g;
    __asm__ volatile("mov %0, x28" : "=r"(g));
    return g;
#endif
}

/* Before a plain access of so many bytes. */
void rt_go_access_point_slow(struct rt_thread *t, rt_pc pc, rt_addr addr, size_t bytes,
                             enum rt_kind kind);
static inline void rt_go_access_point(struct rt_thread *t, rt_pc pc, rt_addr addr, size_t bytes,
                                      enum rt_kind kind)
{
    if (core_unlikely(rt_strategy != CORE_STRATEGY_OS))
        rt_go_access_point_slow(t, pc, addr, bytes, kind);
}

/* Before an atomic operation, CORE_OP_ATOMIC_LOAD, _STORE or _RMW, and outside of the runtime.
 * callpc: in the wrapper that the compiler makes for package sync/atomic; where: in who called
 * that, valid under a controlled strategy only (go/edits/access_amd64.s). True: not now. The call
 * returns without having done anything, the goroutine gives way, and then Go calls again. */
bool rt_go_atomic_point_slow(struct rt_thread *t, rt_pc callpc, rt_pc where, enum core_op op,
                             rt_addr addr, size_t bytes);
static inline bool rt_go_atomic_point(struct rt_thread *t, rt_pc callpc, rt_pc where,
                                      enum core_op op, rt_addr addr, size_t bytes)
{
    return core_unlikely(rt_strategy != CORE_STRATEGY_OS) &&
           rt_go_atomic_point_slow(t, callpc, where, op, addr, bytes);
}

/* Memory was allocated (__tsan_malloc): what lived there before is another object. Where the
 * allocator puts things follows no seed, so an object must not be taken for an earlier one. */
void rt_go_memory_is_new_slow(rt_addr addr, size_t bytes);
static inline void rt_go_memory_is_new(rt_addr addr, size_t bytes)
{
    if (rt_controlled())
        rt_go_memory_is_new_slow(addr, bytes);
}

/* When main is born. Go's library has told of itself by then (__reprise_go_begin), or it has not
 * the edits: then a seed ends the process with one line. */
void rt_go_expect_begin(void);

#endif
