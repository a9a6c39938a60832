/*
 * Orders the threads of a test program without telling the detector.
 *
 * A test must find its race on every run, so the accesses have to happen in one known order; but
 * the order may not be a happens-before edge, or there would be no race left. Relaxed atomics
 * give just that: thread A does its access and calls step_set(1), thread B calls step_wait(1)
 * and does its own.
 *
 * One exception: between a release fence and an acquire fence a relaxed store and load *are* an
 * edge. A program that uses fences defines STEP_HIDDEN before it includes this file, and the
 * steps become volatile accesses in functions that the compiler does not instrument. That form is
 * not the default since a scheduler that controls the program cannot see such a loop.
 */
#ifndef TESTS_STEP_H
#define TESTS_STEP_H

#include <sched.h>

/* Text that only one of the twins has. */
#ifdef FIXED
#define FIX(...) __VA_ARGS__
#define BUG(...)
#else
#define FIX(...)
#define BUG(...) __VA_ARGS__
#endif

#define NOINLINE __attribute__((noinline))
#define NOT_INSTRUMENTED __attribute__((noinline, no_sanitize("thread")))

int step_now; /* the last step done */
int step_met; /* arrivals at step_meet() */

#ifdef STEP_HIDDEN
#ifndef __clang__
#pragma GCC diagnostic ignored "-Wtsan" /* says that gcc's own runtime ignores fences */
#endif
static NOT_INSTRUMENTED int step_load(int *p)
{
    return *(volatile int *)p;
}

static NOT_INSTRUMENTED void step_store(int *p, int n)
{
    *(volatile int *)p = n;
}
#else
static inline int step_load(int *p)
{
    return __atomic_load_n(p, __ATOMIC_RELAXED);
}

static inline void step_store(int *p, int n)
{
    __atomic_store_n(p, n, __ATOMIC_RELAXED);
}
#endif

/* Waits until step n has been done. */
static inline void step_wait(int n)
{
    while (step_load(&step_now) < n)
        sched_yield();
}

/* Says that step n has been done. */
static inline void step_set(int n)
{
    step_store(&step_now, n);
}

/* Waits until n threads are here; may be used again by the same n threads. Not for fences. */
static inline void step_meet(int n)
{
    int ticket = __atomic_fetch_add(&step_met, 1, __ATOMIC_RELAXED);
    int goal = (ticket / n + 1) * n;

    while (step_load(&step_met) < goal)
        sched_yield();
}

#endif
