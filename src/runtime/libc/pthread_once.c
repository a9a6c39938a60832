/*
 * One-time initialisation. The real functions decide who runs the routine, who waits and what
 * happens when it throws or is cancelled. Their callback takes no argument, so what to run is
 * left in the thread; calls nest when a routine needs another one.
 *
 * The end of the routine happens before every return of a call that names the same object, and
 * the end of one that threw or was cancelled before the next attempt. std::call_once of libstdc++
 * comes through pthread_once.
 */
#include "pthreads.h"
#include <threads.h>

struct once_call {
    struct rt_thread *thread;
    void (*run)(void);
    rt_addr once;
    struct once_call *outer;
};

static void once_call_end(struct once_call *c)
{
    c->thread->user = c->outer;
}

static void publish(struct once_call **c)
{
    struct rt_scope scope __attribute__((cleanup(rt_scope_leave_bare)));
    struct rt_thread *t = rt_scope_enter_bare(&scope);
    if (t)
        rt_release_store(t, (*c)->once);
}

static void learn(struct once_call *c)
{
    struct rt_scope scope __attribute__((cleanup(rt_scope_leave_bare)));
    struct rt_thread *t = rt_scope_enter_bare(&scope);
    if (t)
        rt_acquire(t, c->once);
}

/* Called by the real function, which lets others go on when this returns or unwinds. */
static void run_once(void)
{
    struct once_call *c __attribute__((cleanup(publish))) = rt_self()->user;

    learn(c);
    c->run();
}

RT_INTERCEPT(int, pthread_once, (pthread_once_t * once, void (*run)(void)))
{
    RT_SCOPE(pthread_once);
    if (!t)
        return RT_REAL(pthread_once)(once, run);
    int err;
    {
        struct once_call c
            __attribute__((cleanup(once_call_end))) = {t, run, (rt_addr)once, t->user};
        t->user = &c;
        RT_BLOCKING(err = RT_REAL(pthread_once)(once, run_once));
    }
    rt_acquire(t, (rt_addr)once);
    return err;
}

RT_INTERCEPT(void, call_once, (once_flag * once, void (*run)(void)))
{
    RT_SCOPE(call_once);
    if (!t) {
        RT_REAL(call_once)(once, run);
        return;
    }
    {
        struct once_call c
            __attribute__((cleanup(once_call_end))) = {t, run, (rt_addr)once, t->user};
        t->user = &c;
        RT_BLOCKING(RT_REAL(call_once)(once, run_once));
    }
    rt_acquire(t, (rt_addr)once);
}
