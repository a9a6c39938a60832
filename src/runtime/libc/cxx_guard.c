/*
 * Guards of function-local statics in C++. Own code and no wrapper: when acquire finds the guard
 * held it waits inside, and the one that waits must not count as inside the runtime.
 *
 * The word is laid out as libstdc++ does on Linux, so that code which brought its own copy of
 * these functions can share a guard with us. Compiled code tests the first byte before it
 * calls; that test is an atomic load of the address we publish to.
 *
 *     bit 0  initialised      bit 8  being initialised      bit 16  somebody sleeps
 *
 * libtsan calls hooks of the program around an acquire that may block (namespace __tsan, from
 * sanitizer/tsan_interface.h); so do we.
 */
#include "../sys/sys.h"
#include "model_wait.h"
#include <limits.h>

enum { DONE = 1, RUNNING = 1 << 8, SLEEPER = 1 << 16 };

extern void blocking_begins(void) __asm__("_ZN6__tsan32OnPotentiallyBlockingRegionBeginEv")
    __attribute__((weak));
extern void blocking_ends(void) __asm__("_ZN6__tsan30OnPotentiallyBlockingRegionEndEv")
    __attribute__((weak));

/* Controlled: until somebody gives the guard. Who needs its own static waits for ever. */
static void park(struct rt_thread *t, rt_pc pc, uint32_t *g)
{
    rt_model_park(
        t, pc,
        &(struct rt_wait){.op = CORE_OP_ONCE, .object = (rt_addr)g, .deadline_ns = RT_NEVER});
}

/* true: the caller initialises */
static bool take(struct rt_thread *t, rt_pc pc, uint32_t *g)
{
    for (;;) {
        /* acquire: what the initialising thread wrote before its release in give() */
        uint32_t seen = __atomic_load_n(g, __ATOMIC_ACQUIRE);
        if (seen & DONE)
            return false;
        if (seen == 0) {
            if (__atomic_compare_exchange_n(g, &seen, RUNNING, false, __ATOMIC_RELAXED,
                                            __ATOMIC_RELAXED))
                return true;
            continue;
        }
        if (t && rt_controlled()) {
            park(t, pc, g);
            continue;
        }
        if (!(seen & SLEEPER) && !__atomic_compare_exchange_n(g, &seen, seen | SLEEPER, false,
                                                              __ATOMIC_RELAXED, __ATOMIC_RELAXED))
            continue;
        if (t)
            RT_BLOCKING(sys_futex_wait(g, seen | SLEEPER));
        else
            sys_futex_wait(g, seen | SLEEPER);
    }
}

static void give(uint32_t *g, uint32_t state)
{
    /* release: what the initialiser wrote; done must not be seen before it */
    if (__atomic_exchange_n(g, state, __ATOMIC_RELEASE) & SLEEPER)
        sys_futex_wake(g, INT_MAX);
}

RT_INTERCEPT(int, __cxa_guard_acquire, (uint32_t *g))
{
    RT_SCOPE(__cxa_guard_acquire);
    if (!t)
        return take(NULL, pc, g);
    rt_turn_point(t, pc, CORE_OP_ONCE, (rt_addr)g);
    if (blocking_begins)
        RT_PROGRAM(blocking_begins());
    bool mine = take(t, pc, g);
    rt_acquire(t, (rt_addr)g); /* also of an earlier try that failed */
    if (blocking_ends)
        RT_PROGRAM(blocking_ends());
    return mine;
}

static void end(struct rt_thread *t, uint32_t *g, uint32_t state)
{
    if (t)
        rt_release_store(t, (rt_addr)g);
    give(g, state);
    if (t)
        rt_model_wake(t, g);
}

RT_INTERCEPT(void, __cxa_guard_release, (uint32_t *g))
{
    RT_SCOPE(__cxa_guard_release);
    end(t, g, DONE);
}

RT_INTERCEPT(void, __cxa_guard_abort, (uint32_t *g))
{
    RT_SCOPE(__cxa_guard_abort);
    end(t, g, 0);
}
