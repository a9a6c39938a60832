/*
 * Condition variables. They order nothing by themselves: a wait may return without a signal, so
 * what a waiter may rely on is what it learns from the mutex. A signal is a read of the
 * condition, init and destroy are writes, so that a signal to a destroyed one is found.
 *
 * The version is that of glibc's present pthread_cond_t; programs older than 2003 pass a smaller
 * one and are not supported.
 */
#include "model_cond.h"
#include "mutexes.h"

#define COND_VERSION "GLIBC_2.3.2"

RT_INTERCEPT_VERSION(int, pthread_cond_init, COND_VERSION,
                     (pthread_cond_t * c, const pthread_condattr_t *attr))
{
    RT_SCOPE(pthread_cond_init);
    if (t)
        rt_access(t, pc, (rt_addr)c, sizeof(uintptr_t), RT_WRITE);
    rt_model_cond_forget((rt_addr)c);
    return RT_REAL(pthread_cond_init)(c, attr);
}

/* Waits until nobody is about to leave a wait. */
RT_INTERCEPT_VERSION(int, pthread_cond_destroy, COND_VERSION, (pthread_cond_t * c))
{
    RT_SCOPE(pthread_cond_destroy);
    if (!t)
        return RT_REAL(pthread_cond_destroy)(c);
    int err;
    rt_access(t, pc, (rt_addr)c, sizeof(uintptr_t), RT_WRITE);
    RT_BLOCKING(err = RT_REAL(pthread_cond_destroy)(c));
    rt_model_cond_forget((rt_addr)c);
    return err;
}

RT_INTERCEPT_VERSION(int, pthread_cond_signal, COND_VERSION, (pthread_cond_t * c))
{
    RT_SCOPE(pthread_cond_signal);
    if (!t)
        return RT_REAL(pthread_cond_signal)(c);
    rt_turn_point(t, pc, CORE_OP_COND_SIGNAL, (rt_addr)c);
    rt_access(t, pc, (rt_addr)c, sizeof(uintptr_t), RT_READ);
    int err = RT_REAL(pthread_cond_signal)(c);
    rt_model_cond_signal(t, (rt_addr)c);
    return err;
}

RT_INTERCEPT_VERSION(int, pthread_cond_broadcast, COND_VERSION, (pthread_cond_t * c))
{
    RT_SCOPE(pthread_cond_broadcast);
    if (!t)
        return RT_REAL(pthread_cond_broadcast)(c);
    rt_turn_point(t, pc, CORE_OP_COND_BROADCAST, (rt_addr)c);
    rt_access(t, pc, (rt_addr)c, sizeof(uintptr_t), RT_READ);
    int err = RT_REAL(pthread_cond_broadcast)(c);
    rt_model_cond_broadcast(t, (rt_addr)c);
    return err;
}

#define BY_MODEL(until) rt_model_cond_wait(t, pc, c, m, until, &w.err)

RT_INTERCEPT_VERSION(int, pthread_cond_wait, COND_VERSION, (pthread_cond_t * c, pthread_mutex_t *m))
{
    RT_SCOPE(pthread_cond_wait);
    if (!t)
        return RT_REAL(pthread_cond_wait)(c, m);
    rt_turn_point(t, pc, CORE_OP_COND_WAIT, (rt_addr)c);
    struct rt_cond_wait w __attribute__((cleanup(rt_cond_wait_end))) =
        rt_cond_wait_begin(t, pc, c, m);
    RT_MODEL_OR_REAL(BY_MODEL(RT_FOREVER), w.err, RT_REAL(pthread_cond_wait)(c, m));
    return w.err;
}

RT_INTERCEPT_VERSION(int, pthread_cond_timedwait, COND_VERSION,
                     (pthread_cond_t * c, pthread_mutex_t *m, const struct timespec *deadline))
{
    RT_SCOPE(pthread_cond_timedwait);
    if (!t)
        return RT_REAL(pthread_cond_timedwait)(c, m, deadline);
    rt_turn_point(t, pc, CORE_OP_COND_WAIT, (rt_addr)c);
    struct rt_cond_wait w __attribute__((cleanup(rt_cond_wait_end))) =
        rt_cond_wait_begin(t, pc, c, m);
    RT_MODEL_OR_REAL(BY_MODEL(RT_UNTIL(rt_cond_clock(c), deadline)), w.err,
                     RT_REAL(pthread_cond_timedwait)(c, m, deadline));
    return w.err;
}

RT_INTERCEPT(int, pthread_cond_clockwait,
             (pthread_cond_t * c, pthread_mutex_t *m, clockid_t clock,
              const struct timespec *deadline))
{
    RT_SCOPE(pthread_cond_clockwait);
    if (!t)
        return RT_REAL(pthread_cond_clockwait)(c, m, clock, deadline);
    rt_turn_point(t, pc, CORE_OP_COND_WAIT, (rt_addr)c);
    struct rt_cond_wait w __attribute__((cleanup(rt_cond_wait_end))) =
        rt_cond_wait_begin(t, pc, c, m);
    RT_MODEL_OR_REAL(BY_MODEL(RT_UNTIL(clock, deadline)), w.err,
                     RT_REAL(pthread_cond_clockwait)(c, m, clock, deadline));
    return w.err;
}
