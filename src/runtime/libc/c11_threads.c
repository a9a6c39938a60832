/*
 * C11 threads. In glibc they do not call pthread functions by name, so each has a hook of its
 * own. Order is as for their pthread twins: thrd_join learns from the end of the thread, mtx_*
 * are mutexes, cnd_* order nothing themselves. call_once is in pthread_once.c; tss_* is memory
 * of one thread and orders nothing.
 */
#include "../thread.h"
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
    rt_child_created(c, err == thrd_success, th);
    return err;
}

RT_INTERCEPT(int, thrd_join, (thrd_t th, int *result))
{
    RT_SCOPE(thrd_join);
    if (!t)
        return RT_REAL(thrd_join)(th, result);
    uint32_t uid = rt_pthread_uid(th);
    int err;
    {
        RT_QUIET(t);
        RT_BLOCKING(err = RT_REAL(thrd_join)(th, result));
    }
    if (err == thrd_success)
        rt_pthread_joined(t, th, uid);
    return err;
}

RT_INTERCEPT(int, thrd_detach, (thrd_t th))
{
    RT_SCOPE(thrd_detach);
    if (!t)
        return RT_REAL(thrd_detach)(th);
    uint32_t uid = rt_pthread_uid(th);
    int err;
    {
        RT_QUIET(t);
        RT_BLOCKING(err = RT_REAL(thrd_detach)(th));
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
        RT_BLOCKING(RT_REAL(thrd_exit)(result)); /* unwinds through both guards */
    }
    RT_REAL(thrd_exit)(result);
    __builtin_unreachable();
}

RT_INTERCEPT(int, thrd_sleep, (const struct timespec *time, struct timespec *left))
{
    RT_SCOPE(thrd_sleep);
    if (!t)
        return RT_REAL(thrd_sleep)(time, left);
    int err;
    RT_BLOCKING(err = RT_REAL(thrd_sleep)(time, left));
    rt_sleep_record(t, pc);
    return err;
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

/* C11 has one code for all errors; the pthread error that says as much as we use. */
static int error_of(int c11)
{
    return c11 == thrd_success ? 0 : EBUSY;
}

RT_INTERCEPT(int, mtx_lock, (mtx_t * m))
{
    RT_SCOPE(mtx_lock);
    if (!t)
        return RT_REAL(mtx_lock)(m);
    unsigned flags = rt_pthread_mutex_flags(m);
    int err;
    rt_mutex_pre_lock(t, pc, (rt_addr)m, flags);
    RT_BLOCKING(err = RT_REAL(mtx_lock)(m));
    rt_mutex_locked(t, pc, m, flags, error_of(err));
    return err;
}

RT_INTERCEPT(int, mtx_trylock, (mtx_t * m))
{
    RT_SCOPE(mtx_trylock);
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
    RT_BLOCKING(err = RT_REAL(mtx_timedlock)(m, deadline));
    rt_mutex_locked(t, pc, m, flags, error_of(err));
    return err;
}

RT_INTERCEPT(int, mtx_unlock, (mtx_t * m))
{
    RT_SCOPE(mtx_unlock);
    if (t)
        rt_mutex_unlock(t, pc, (rt_addr)m, 0);
    return RT_REAL(mtx_unlock)(m);
}

/* ---- condition variables ---- */

RT_INTERCEPT(int, cnd_init, (cnd_t * c))
{
    RT_SCOPE(cnd_init);
    if (t)
        rt_access(t, pc, (rt_addr)c, sizeof(uintptr_t), RT_WRITE);
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
}

RT_INTERCEPT(int, cnd_signal, (cnd_t * c))
{
    RT_SCOPE(cnd_signal);
    if (t)
        rt_access(t, pc, (rt_addr)c, sizeof(uintptr_t), RT_READ);
    return RT_REAL(cnd_signal)(c);
}

RT_INTERCEPT(int, cnd_broadcast, (cnd_t * c))
{
    RT_SCOPE(cnd_broadcast);
    if (t)
        rt_access(t, pc, (rt_addr)c, sizeof(uintptr_t), RT_READ);
    return RT_REAL(cnd_broadcast)(c);
}

RT_INTERCEPT(int, cnd_wait, (cnd_t * c, mtx_t *m))
{
    RT_SCOPE(cnd_wait);
    if (!t)
        return RT_REAL(cnd_wait)(c, m);
    struct rt_cond_wait w __attribute__((cleanup(rt_cond_wait_end))) =
        rt_cond_wait_begin(t, pc, c, m);
    int err;
    RT_BLOCKING(err = RT_REAL(cnd_wait)(c, m));
    return err;
}

RT_INTERCEPT(int, cnd_timedwait, (cnd_t * c, mtx_t *m, const struct timespec *deadline))
{
    RT_SCOPE(cnd_timedwait);
    if (!t)
        return RT_REAL(cnd_timedwait)(c, m, deadline);
    struct rt_cond_wait w __attribute__((cleanup(rt_cond_wait_end))) =
        rt_cond_wait_begin(t, pc, c, m);
    int err;
    RT_BLOCKING(err = RT_REAL(cnd_timedwait)(c, m, deadline));
    return err;
}
