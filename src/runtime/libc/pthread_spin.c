/* Spin locks: mutexes as far as order goes. Waiting for one counts as blocking. */
#include "pthreads.h"

RT_INTERCEPT(int, pthread_spin_init, (pthread_spinlock_t * l, int shared))
{
    RT_SCOPE(pthread_spin_init);
    int err = RT_REAL(pthread_spin_init)(l, shared);
    if (t && !err)
        rt_mutex_create(t, pc, (rt_addr)l, RT_MUTEX_FRESH);
    return err;
}

RT_INTERCEPT(int, pthread_spin_destroy, (pthread_spinlock_t * l))
{
    RT_SCOPE(pthread_spin_destroy);
    int err = RT_REAL(pthread_spin_destroy)(l);
    if (t && !err)
        rt_mutex_destroy(t, pc, (rt_addr)l, 0);
    return err;
}

RT_INTERCEPT(int, pthread_spin_lock, (pthread_spinlock_t * l))
{
    RT_SCOPE(pthread_spin_lock);
    if (!t)
        return RT_REAL(pthread_spin_lock)(l);
    int err;
    rt_mutex_pre_lock(t, pc, (rt_addr)l, 0);
    RT_BLOCKING(err = RT_REAL(pthread_spin_lock)(l));
    if (!err)
        rt_mutex_lock(t, pc, (rt_addr)l, 0, 1);
    return err;
}

RT_INTERCEPT(int, pthread_spin_trylock, (pthread_spinlock_t * l))
{
    RT_SCOPE(pthread_spin_trylock);
    int err = RT_REAL(pthread_spin_trylock)(l);
    if (t && !err)
        rt_mutex_lock(t, pc, (rt_addr)l, RT_MUTEX_TRY_LOCK, 1);
    return err;
}

RT_INTERCEPT(int, pthread_spin_unlock, (pthread_spinlock_t * l))
{
    RT_SCOPE(pthread_spin_unlock);
    if (t)
        rt_mutex_unlock(t, pc, (rt_addr)l, 0);
    return RT_REAL(pthread_spin_unlock)(l);
}
