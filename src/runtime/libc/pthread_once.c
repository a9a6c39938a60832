/*
 * One-time initialisation. The real functions decide who runs the routine, who waits and what
 * happens when it throws or is cancelled. Their callback takes no argument, so what to run is
 * left in the thread; calls nest when a routine needs another one.
 *
 * The end of the routine happens before every return of a call that names the same object, and
 * the end of one that threw or was cancelled before the next attempt. std::call_once of libstdc++
 * comes through pthread_once.
 *
 * Under a controlled strategy the real function is only called when it will not wait: no other
 * routine for the object runs. So the thread keeps its turn in it.
 */
#include "model_wait.h"
#include "pthreads.h"
#include <threads.h>

struct once_call {
    struct rt_thread *thread;
    void (*run)(void);
    rt_addr once;
    struct once_call *outer; /* of the same thread */
    struct once_call *other; /* in `running` */
};

/* Calls whose routine runs; only under a controlled strategy, by the thread with the turn. */
static struct once_call *running;

static const struct once_call *runner_of(rt_addr once)
{
    const struct once_call *c = running;
    while (c && c->once != once)
        c = c->other;
    return c;
}

/* A routine that needs itself waits for ever. */
static void wait_for_runner(struct rt_thread *t, rt_pc pc, rt_addr once)
{
    for (const struct once_call *c; (c = runner_of(once));)
        rt_model_park(t, pc,
                      &(struct rt_wait){.op = CORE_OP_ONCE,
                                        .object = once,
                                        .deadline_ns = RT_NEVER,
                                        .holder = c->thread->uid + 1});
}

static void routine_begins(struct once_call *c)
{
    c->other = running;
    running = c;
}

/* The other threads don't exist in the child of fork; the real function knows, too. */
void rt_once_after_fork(struct rt_thread *t)
{
    for (struct once_call **at = &running; *at;) {
        if ((*at)->thread == t)
            at = &(*at)->other;
        else
            *at = (*at)->other;
    }
}

/*
 * The call is over, by return or unwinding, and the real function has said so in the object. Not
 * earlier: on its way through the real function the unwinder calls pthread_once, too.
 */
static void once_call_end(struct once_call *c)
{
    c->thread->user = c->outer;
    if (!rt_controlled())
        return;
    struct once_call **at = &running;
    while (*at && *at != c)
        at = &(*at)->other;
    if (!*at) /* its routine did not run */
        return;
    *at = c->other;
    rt_model_wake(c->thread, (const void *)c->once);
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
    if (!t)
        return;
    rt_acquire(t, c->once);
    if (rt_controlled())
        routine_begins(c);
}

/* Called by the real function, which lets others go on when this returns or unwinds. */
static void run_once(void)
{
    struct once_call *c = rt_self()->user;
    learn(c);
    struct once_call *ends __attribute__((cleanup(publish), unused)) = c;
    c->run();
}

static void before_once(struct rt_thread *t, rt_pc pc, rt_addr once)
{
    rt_turn_point(t, pc, CORE_OP_ONCE, once);
    if (rt_controlled())
        wait_for_runner(t, pc, once);
}

RT_INTERCEPT(int, pthread_once, (pthread_once_t * once, void (*run)(void)))
{
    RT_SCOPE(pthread_once);
    if (!t)
        return RT_REAL(pthread_once)(once, run);
    int err;
    before_once(t, pc, (rt_addr)once);
    {
        struct once_call c
            __attribute__((cleanup(once_call_end))) = {t, run, (rt_addr)once, t->user, NULL};
        t->user = &c;
        RT_PROGRAM(err = RT_REAL(pthread_once)(once, run_once));
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
    before_once(t, pc, (rt_addr)once);
    {
        struct once_call c
            __attribute__((cleanup(once_call_end))) = {t, run, (rt_addr)once, t->user, NULL};
        t->user = &c;
        RT_PROGRAM(RT_REAL(call_once)(once, run_once));
    }
    rt_acquire(t, (rt_addr)once);
}
