/*
 * Mutexes. An unlock publishes before the real unlock, a lock learns after the real lock, so
 * whoever gets the mutex finds what its last holder left.
 *
 * Try and timed locks cannot deadlock and are not checked for lock order; pthread_mutex_clocklock
 * is what std::timed_mutex and waits without limit are made of, and is checked.
 */
#include "mutexes.h"

RT_INTERCEPT(int, pthread_mutex_init, (pthread_mutex_t * m, const pthread_mutexattr_t *attr))
{
    RT_SCOPE(pthread_mutex_init);
    int err = RT_REAL(pthread_mutex_init)(m, attr);
    if (t && !err)
        rt_mutex_create(t, pc, (rt_addr)m, rt_pthread_mutex_flags(m) | RT_MUTEX_FRESH);
    return err;
}

RT_INTERCEPT(int, pthread_mutex_destroy, (pthread_mutex_t * m))
{
    RT_SCOPE(pthread_mutex_destroy);
    int err = RT_REAL(pthread_mutex_destroy)(m);
    if (t && (!err || err == EBUSY)) /* EBUSY: it is still locked, which gets reported */
        rt_mutex_destroy(t, pc, (rt_addr)m, 0);
    return err;
}

RT_INTERCEPT(int, pthread_mutex_lock, (pthread_mutex_t * m))
{
    RT_SCOPE(pthread_mutex_lock);
    if (!t)
        return RT_REAL(pthread_mutex_lock)(m);
    unsigned flags = rt_pthread_mutex_flags(m);
    int err;
    rt_mutex_pre_lock(t, pc, (rt_addr)m, flags);
    RT_BLOCKING(err = RT_REAL(pthread_mutex_lock)(m));
    rt_mutex_locked(t, pc, m, flags, err);
    if (err == EINVAL)
        rt_mutex_invalid(t, pc, (rt_addr)m);
    return err;
}

RT_INTERCEPT(int, pthread_mutex_trylock, (pthread_mutex_t * m))
{
    RT_SCOPE(pthread_mutex_trylock);
    int err = RT_REAL(pthread_mutex_trylock)(m);
    if (!t)
        return err;
    rt_mutex_locked(t, pc, m, rt_pthread_mutex_flags(m) | RT_MUTEX_TRY_LOCK, err);
    if (err == EINVAL)
        rt_mutex_invalid(t, pc, (rt_addr)m);
    return err;
}

RT_INTERCEPT(int, pthread_mutex_timedlock, (pthread_mutex_t * m, const struct timespec *deadline))
{
    RT_SCOPE(pthread_mutex_timedlock);
    if (!t)
        return RT_REAL(pthread_mutex_timedlock)(m, deadline);
    unsigned flags = rt_pthread_mutex_flags(m) | RT_MUTEX_TRY_LOCK;
    int err; /* EINVAL may mean the deadline here and below: not reported */
    RT_BLOCKING(err = RT_REAL(pthread_mutex_timedlock)(m, deadline));
    rt_mutex_locked(t, pc, m, flags, err);
    return err;
}

RT_INTERCEPT(int, pthread_mutex_clocklock,
             (pthread_mutex_t * m, clockid_t clock, const struct timespec *deadline))
{
    RT_SCOPE(pthread_mutex_clocklock);
    if (!t)
        return RT_REAL(pthread_mutex_clocklock)(m, clock, deadline);
    unsigned flags = rt_pthread_mutex_flags(m);
    int err;
    rt_mutex_pre_lock(t, pc, (rt_addr)m, flags);
    RT_BLOCKING(err = RT_REAL(pthread_mutex_clocklock)(m, clock, deadline));
    rt_mutex_locked(t, pc, m, flags, err);
    return err;
}

RT_INTERCEPT(int, pthread_mutex_unlock, (pthread_mutex_t * m))
{
    RT_SCOPE(pthread_mutex_unlock);
    if (t)
        rt_mutex_unlock(t, pc, (rt_addr)m, 0);
    int err = RT_REAL(pthread_mutex_unlock)(m);
    if (t && err == EINVAL)
        rt_mutex_invalid(t, pc, (rt_addr)m);
    return err;
}
