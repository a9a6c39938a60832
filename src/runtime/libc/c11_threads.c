/*
 * C11 threads. In glibc they do not call pthread functions by name, so each has a hook of its
 * own. Order is as for their pthread twins: thrd_join learns from the end of the thread, mtx_*
 * are mutexes, cnd_* order nothing themselves. call_once is in pthread_once.c; tss_* is memory
 * of one thread and orders nothing.
 */
#include "../thread.h"
#include "model_cond.h"
#include "model_thread.h"
#include "mutexes.h"
#include <threads.h>

/* ---- threads ---- */

struct create_args {
    thrd_t *th;
    struct rt_child *child;
    int (*real)(thrd_t *, thrd_start_t, void *);
};

static int real_create(void *args)
{
    struct create_args *a = args;
    return a->real(a->th, rt_child_main_c11, a->child);
}

RT_INTERCEPT(int, thrd_create, (thrd_t * th, thrd_start_t run, void *arg))
{
    RT_SCOPE(thrd_create);
    if (!t)
        return RT_REAL(thrd_create)(th, run, arg);
    struct rt_child *c =
        rt_child_create(t, pc, (struct rt_start){.run_c11 = run, .arg = arg}, false);
    int err = rt_child_spawn(t, c, real_create, &(struct create_args){th, c, RT_REAL(thrd_create)});
    rt_child_created(t, c, err == thrd_success, th);
    return err;
}

RT_INTERCEPT(int, thrd_join, (thrd_t th, int *result))
{
    RT_SCOPE(thrd_join);
    if (!t)
        return RT_REAL(thrd_join)(th, result);
    int err;
    RT_JOIN(th, RT_FOREVER, err, RT_REAL(thrd_join)(th, result));
    return err ? thrd_error : thrd_success;
}

RT_INTERCEPT(int, thrd_detach, (thrd_t th))
{
    RT_SCOPE(thrd_detach);
    if (!t)
        return RT_REAL(thrd_detach)(th);
    uint32_t uid = rt_pthread_uid(th);
    int err;
    rt_turn_point(t, pc, CORE_OP_DETACH, 0);
    {
        RT_QUIET(t);
        RT_PROGRAM(err = RT_REAL(thrd_detach)(th));
    }
    if (err == thrd_success)
        rt_pthread_detached(t, th, uid);
    return err;
}

RT_INTERCEPT(void, thrd_exit, (int result))
{
    RT_SCOPE(thrd_exit);
    if (t) {
        rt_pthread_exiting(t);
        RT_PROGRAM(RT_REAL(thrd_exit)(result)); /* unwinds through both guards */
    }
    RT_REAL(thrd_exit)(result);
    __builtin_unreachable();
}

/* Reads time before it writes left, which may be the same. */
static bool sleep_by_model(struct rt_thread *t, rt_pc pc, const struct timespec *time,
                           struct timespec *left, int *err)
{
    enum { NS_PER_S = 1000000000 };
    if (time->tv_sec < 0 || !rt_until_is_valid(RT_UNTIL(CLOCK_MONOTONIC, time)))
        return false;
    uint64_t ns = (uint64_t)time->tv_sec * NS_PER_S + (uint64_t)time->tv_nsec;
    const struct rt_wait w = {.op = CORE_OP_SLEEP,
                              .deadline_ns = rt_clock_after_ns(ns),
                              .interruptible = true,
                              .cancellable = true};
    enum rt_woke why;
    rt_model_test_cancel(t);
    while ((why = rt_model_park(t, pc, &w)) == RT_WOKE)
        ;
    *err = why == RT_WOKE_TIMEOUT ? 0 : -1;
    if (*err && left) {
        uint64_t now = rt_clock_ns(), rest = w.deadline_ns > now ? w.deadline_ns - now : 0;
        *left = (struct timespec){(time_t)(rest / NS_PER_S), (long)(rest % NS_PER_S)};
    }
    return true;
}

RT_INTERCEPT(int, thrd_sleep, (const struct timespec *time, struct timespec *left))
{
    RT_SCOPE(thrd_sleep);
    if (!t)
        return RT_REAL(thrd_sleep)(time, left);
    int err;
    rt_turn_point(t, pc, CORE_OP_SLEEP, 0);
    RT_MODEL_OR_REAL(sleep_by_model(t, pc, time, left, &err), err, RT_REAL(thrd_sleep)(time, left));
    rt_sleep_record(t, pc);
    return err;
}

RT_INTERCEPT(void, thrd_yield, (void))
{
    RT_SCOPE(thrd_yield);
    if (!t || !rt_yield(t, pc))
        RT_REAL(thrd_yield)();
}

/* ---- mutexes ---- */

RT_INTERCEPT(int, mtx_init, (mtx_t * m, int type))
{
    RT_SCOPE(mtx_init);
    int err = RT_REAL(mtx_init)(m, type);
    if (t && err == thrd_success)
        rt_mutex_create(t, pc, (rt_addr)m, rt_pthread_mutex_flags(m) | RT_MUTEX_FRESH);
    return err;
}

RT_INTERCEPT(void, mtx_destroy, (mtx_t * m))
{
    RT_SCOPE(mtx_destroy);
    if (t)
        rt_mutex_destroy(t, pc, (rt_addr)m, 0);
    RT_REAL(mtx_destroy)(m);
}

/* C11 has one code for most errors; the pthread error that says as much as we use, */
static int error_of(int c11)
{
    return c11 == thrd_success ? 0 : EBUSY;
}

/* and what C11 makes of an error. */
static int c11_of(int err)
{
    switch (err) {
    case 0:
        return thrd_success;
    case EBUSY:
        return thrd_busy;
    case ETIMEDOUT:
        return thrd_timedout;
    case ENOMEM:
        return thrd_nomem;
    default:
        return thrd_error;
    }
}

static bool lock_by_model(struct rt_thread *t, rt_pc pc, mtx_t *m, struct rt_until until, int *err)
{
    if (!rt_model_wait(t, pc, &rt_mutex_kind, m, until, err))
        return false;
    *err = c11_of(*err);
    return true;
}

RT_INTERCEPT(int, mtx_lock, (mtx_t * m))
{
    RT_SCOPE(mtx_lock);
    if (!t)
        return RT_REAL(mtx_lock)(m);
    unsigned flags = rt_pthread_mutex_flags(m);
    int err;
    rt_turn_point(t, pc, CORE_OP_LOCK, (rt_addr)m);
    rt_mutex_pre_lock(t, pc, (rt_addr)m, flags);
    RT_MODEL_OR_REAL(lock_by_model(t, pc, m, RT_FOREVER, &err), err, RT_REAL(mtx_lock)(m));
    rt_mutex_locked(t, pc, m, flags, error_of(err));
    return err;
}

RT_INTERCEPT(int, mtx_trylock, (mtx_t * m))
{
    RT_SCOPE(mtx_trylock);
    if (t)
        rt_turn_point(t, pc, CORE_OP_TRY_LOCK, (rt_addr)m);
    int err = RT_REAL(mtx_trylock)(m);
    if (t)
        rt_mutex_locked(t, pc, m, rt_pthread_mutex_flags(m) | RT_MUTEX_TRY_LOCK, error_of(err));
    return err;
}

RT_INTERCEPT(int, mtx_timedlock, (mtx_t * m, const struct timespec *deadline))
{
    RT_SCOPE(mtx_timedlock);
    if (!t)
        return RT_REAL(mtx_timedlock)(m, deadline);
    unsigned flags = rt_pthread_mutex_flags(m) | RT_MUTEX_TRY_LOCK;
    int err;
    rt_turn_point(t, pc, CORE_OP_LOCK, (rt_addr)m);
    RT_MODEL_OR_REAL(lock_by_model(t, pc, m, RT_UNTIL(CLOCK_REALTIME, deadline), &err), err,
                     RT_REAL(mtx_timedlock)(m, deadline));
    rt_mutex_locked(t, pc, m, flags, error_of(err));
    return err;
}

RT_INTERCEPT(int, mtx_unlock, (mtx_t * m))
{
    RT_SCOPE(mtx_unlock);
    if (!t)
        return RT_REAL(mtx_unlock)(m);
    rt_turn_point(t, pc, CORE_OP_UNLOCK, (rt_addr)m);
    rt_mutex_unlock(t, pc, (rt_addr)m, 0);
    int err = RT_REAL(mtx_unlock)(m);
    rt_model_wake(t, m);
    return err;
}

/* ---- condition variables ---- */

RT_INTERCEPT(int, cnd_init, (cnd_t * c))
{
    RT_SCOPE(cnd_init);
    if (t)
        rt_access(t, pc, (rt_addr)c, sizeof(uintptr_t), RT_WRITE);
    rt_model_cond_forget((rt_addr)c);
    return RT_REAL(cnd_init)(c);
}

RT_INTERCEPT(void, cnd_destroy, (cnd_t * c))
{
    RT_SCOPE(cnd_destroy);
    if (!t) {
        RT_REAL(cnd_destroy)(c);
        return;
    }
    rt_access(t, pc, (rt_addr)c, sizeof(uintptr_t), RT_WRITE);
    RT_BLOCKING(RT_REAL(cnd_destroy)(c));
    rt_model_cond_forget((rt_addr)c);
}

RT_INTERCEPT(int, cnd_signal, (cnd_t * c))
{
    RT_SCOPE(cnd_signal);
    if (!t)
        return RT_REAL(cnd_signal)(c);
    rt_turn_point(t, pc, CORE_OP_COND_SIGNAL, (rt_addr)c);
    rt_access(t, pc, (rt_addr)c, sizeof(uintptr_t), RT_READ);
    int err = RT_REAL(cnd_signal)(c);
    rt_model_cond_signal(t, (rt_addr)c);
    return err;
}

RT_INTERCEPT(int, cnd_broadcast, (cnd_t * c))
{
    RT_SCOPE(cnd_broadcast);
    if (!t)
        return RT_REAL(cnd_broadcast)(c);
    rt_turn_point(t, pc, CORE_OP_COND_BROADCAST, (rt_addr)c);
    rt_access(t, pc, (rt_addr)c, sizeof(uintptr_t), RT_READ);
    int err = RT_REAL(cnd_broadcast)(c);
    rt_model_cond_broadcast(t, (rt_addr)c);
    return err;
}

static bool wait_by_model(struct rt_cond_wait *w, cnd_t *c, struct rt_until until, int *err)
{
    if (!rt_model_cond_wait(w->thread, w->pc, c, w->mutex, until, &w->err))
        return false;
    *err = c11_of(w->err);
    return true;
}

RT_INTERCEPT(int, cnd_wait, (cnd_t * c, mtx_t *m))
{
    RT_SCOPE(cnd_wait);
    if (!t)
        return RT_REAL(cnd_wait)(c, m);
    rt_turn_point(t, pc, CORE_OP_COND_WAIT, (rt_addr)c);
    struct rt_cond_wait w __attribute__((cleanup(rt_cond_wait_end))) =
        rt_cond_wait_begin(t, pc, c, m);
    int err;
    RT_MODEL_OR_REAL(wait_by_model(&w, c, RT_FOREVER, &err), err, RT_REAL(cnd_wait)(c, m));
    return err;
}

RT_INTERCEPT(int, cnd_timedwait, (cnd_t * c, mtx_t *m, const struct timespec *deadline))
{
    RT_SCOPE(cnd_timedwait);
    if (!t)
        return RT_REAL(cnd_timedwait)(c, m, deadline);
    rt_turn_point(t, pc, CORE_OP_COND_WAIT, (rt_addr)c);
    struct rt_cond_wait w __attribute__((cleanup(rt_cond_wait_end))) =
        rt_cond_wait_begin(t, pc, c, m);
    int err;
    RT_MODEL_OR_REAL(wait_by_model(&w, c, RT_UNTIL(CLOCK_REALTIME, deadline), &err), err,
                     RT_REAL(cnd_timedwait)(c, m, deadline));
    return err;
}
