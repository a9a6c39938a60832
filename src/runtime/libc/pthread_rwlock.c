/*
 * Reader-writer locks. A writer learns from all earlier holders, a reader from earlier writers
 * only. Timed and try locks as writer are not checked for lock order.
 */
#include "../scope_quick.h"
#include "model_wait.h"
#include "pthreads.h"

static int attempt_read(void *l);
static int attempt_write(void *l);

/* Another process may hold it, or the real function says EDEADLK. */
static bool beyond(const void *lock)
{
    const pthread_rwlock_t *l = lock;
    return l->__data.__shared || l->__data.__cur_writer == rt_self()->os_tid;
}

static const struct rt_model_kind read_kind = {CORE_OP_READ_LOCK, attempt_read, beyond, false};
static const struct rt_model_kind write_kind = {CORE_OP_LOCK, attempt_write, beyond, false};

#define BY_MODEL(kind, until) rt_model_wait(t, pc, &kind, l, until, &err)

RT_INTERCEPT(int, pthread_rwlock_init, (pthread_rwlock_t * l, const pthread_rwlockattr_t *attr))
{
    RT_SCOPE(pthread_rwlock_init);
    int err = RT_REAL(pthread_rwlock_init)(l, attr);
    if (t && !err)
        rt_mutex_create(t, pc, (rt_addr)l, RT_MUTEX_FRESH);
    return err;
}

RT_INTERCEPT(int, pthread_rwlock_destroy, (pthread_rwlock_t * l))
{
    RT_SCOPE(pthread_rwlock_destroy);
    int err = RT_REAL(pthread_rwlock_destroy)(l);
    if (t && !err)
        rt_mutex_destroy(t, pc, (rt_addr)l, 0);
    return err;
}

RT_INTERCEPT(int, pthread_rwlock_rdlock, (pthread_rwlock_t * l))
{
    RT_SCOPE_QUICK(pthread_rwlock_rdlock);
    if (!t)
        return RT_REAL(pthread_rwlock_rdlock)(l);
    rt_turn_point(t, pc, CORE_OP_READ_LOCK, (rt_addr)l);
    rt_mutex_pre_read_lock(t, pc, (rt_addr)l, 0);
    int err = attempt_read(l); /* while no writer has it, the scope stays open */
    if (core_unlikely(err == EBUSY))
        RT_MODEL_OR_REAL(BY_MODEL(read_kind, RT_FOREVER), err, RT_REAL(pthread_rwlock_rdlock)(l));
    if (!err)
        rt_mutex_read_lock(t, pc, (rt_addr)l, 0);
    return err;
}

RT_INTERCEPT(int, pthread_rwlock_tryrdlock, (pthread_rwlock_t * l))
{
    RT_SCOPE(pthread_rwlock_tryrdlock);
    if (t)
        rt_turn_point(t, pc, CORE_OP_TRY_LOCK, (rt_addr)l);
    int err = t ? attempt_read(l) : RT_REAL(pthread_rwlock_tryrdlock)(l);
    if (t && !err)
        rt_mutex_read_lock(t, pc, (rt_addr)l, RT_MUTEX_TRY_LOCK);
    return err;
}

RT_INTERCEPT(int, pthread_rwlock_timedrdlock,
             (pthread_rwlock_t * l, const struct timespec *deadline))
{
    RT_SCOPE(pthread_rwlock_timedrdlock);
    if (!t)
        return RT_REAL(pthread_rwlock_timedrdlock)(l, deadline);
    int err;
    rt_turn_point(t, pc, CORE_OP_READ_LOCK, (rt_addr)l);
    RT_MODEL_OR_REAL(BY_MODEL(read_kind, RT_UNTIL(CLOCK_REALTIME, deadline)), err,
                     RT_REAL(pthread_rwlock_timedrdlock)(l, deadline));
    if (!err)
        rt_mutex_read_lock(t, pc, (rt_addr)l, RT_MUTEX_TRY_LOCK);
    return err;
}

RT_INTERCEPT(int, pthread_rwlock_clockrdlock,
             (pthread_rwlock_t * l, clockid_t clock, const struct timespec *deadline))
{
    RT_SCOPE(pthread_rwlock_clockrdlock);
    if (!t)
        return RT_REAL(pthread_rwlock_clockrdlock)(l, clock, deadline);
    int err;
    rt_turn_point(t, pc, CORE_OP_READ_LOCK, (rt_addr)l);
    RT_MODEL_OR_REAL(BY_MODEL(read_kind, RT_UNTIL(clock, deadline)), err,
                     RT_REAL(pthread_rwlock_clockrdlock)(l, clock, deadline));
    if (!err)
        rt_mutex_read_lock(t, pc, (rt_addr)l, RT_MUTEX_TRY_LOCK);
    return err;
}

RT_INTERCEPT(int, pthread_rwlock_wrlock, (pthread_rwlock_t * l))
{
    RT_SCOPE_QUICK(pthread_rwlock_wrlock);
    if (!t)
        return RT_REAL(pthread_rwlock_wrlock)(l);
    rt_turn_point(t, pc, CORE_OP_LOCK, (rt_addr)l);
    rt_mutex_pre_lock(t, pc, (rt_addr)l, 0);
    int err = attempt_write(l); /* while nobody has it, the scope stays open */
    if (core_unlikely(err == EBUSY))
        RT_MODEL_OR_REAL(BY_MODEL(write_kind, RT_FOREVER), err, RT_REAL(pthread_rwlock_wrlock)(l));
    if (!err)
        rt_mutex_lock(t, pc, (rt_addr)l, 0, 1);
    return err;
}

RT_INTERCEPT(int, pthread_rwlock_trywrlock, (pthread_rwlock_t * l))
{
    RT_SCOPE(pthread_rwlock_trywrlock);
    if (t)
        rt_turn_point(t, pc, CORE_OP_TRY_LOCK, (rt_addr)l);
    int err = RT_REAL(pthread_rwlock_trywrlock)(l);
    if (t && !err)
        rt_mutex_lock(t, pc, (rt_addr)l, RT_MUTEX_TRY_LOCK, 1);
    return err;
}

RT_INTERCEPT(int, pthread_rwlock_timedwrlock,
             (pthread_rwlock_t * l, const struct timespec *deadline))
{
    RT_SCOPE(pthread_rwlock_timedwrlock);
    if (!t)
        return RT_REAL(pthread_rwlock_timedwrlock)(l, deadline);
    int err;
    rt_turn_point(t, pc, CORE_OP_LOCK, (rt_addr)l);
    RT_MODEL_OR_REAL(BY_MODEL(write_kind, RT_UNTIL(CLOCK_REALTIME, deadline)), err,
                     RT_REAL(pthread_rwlock_timedwrlock)(l, deadline));
    if (!err)
        rt_mutex_lock(t, pc, (rt_addr)l, RT_MUTEX_TRY_LOCK, 1);
    else
        rt_model_wake(t, l); /* readers may have waited for it to come first */
    return err;
}

RT_INTERCEPT(int, pthread_rwlock_clockwrlock,
             (pthread_rwlock_t * l, clockid_t clock, const struct timespec *deadline))
{
    RT_SCOPE(pthread_rwlock_clockwrlock);
    if (!t)
        return RT_REAL(pthread_rwlock_clockwrlock)(l, clock, deadline);
    int err;
    rt_turn_point(t, pc, CORE_OP_LOCK, (rt_addr)l);
    RT_MODEL_OR_REAL(BY_MODEL(write_kind, RT_UNTIL(clock, deadline)), err,
                     RT_REAL(pthread_rwlock_clockwrlock)(l, clock, deadline));
    if (!err)
        rt_mutex_lock(t, pc, (rt_addr)l, RT_MUTEX_TRY_LOCK, 1);
    else
        rt_model_wake(t, l); /* readers may have waited for it to come first */
    return err;
}

RT_INTERCEPT(int, pthread_rwlock_unlock, (pthread_rwlock_t * l))
{
    RT_SCOPE_QUICK(pthread_rwlock_unlock);
    if (!t)
        return RT_REAL(pthread_rwlock_unlock)(l);
    rt_turn_point(t, pc, CORE_OP_UNLOCK, (rt_addr)l);
    rt_mutex_read_or_write_unlock(t, pc, (rt_addr)l);
    int err = RT_REAL(pthread_rwlock_unlock)(l);
    rt_model_wake(t, l);
    return err;
}

/* Locks of this kind let no further reader in while a writer waits; a reader that comes twice
 * deadlocks. The real lock doesn't know who waits here. While readers have it, whoever waits is a
 * writer or waits for one, and each unlock and each writer that gives up wakes all. */
static bool a_writer_comes_first(const pthread_rwlock_t *l)
{
    enum { READER_SHIFT = 3 }; /* of glibc's __readers: how many have it */
    return rt_controlled() && l->__data.__flags == PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP &&
           l->__data.__readers >> READER_SHIFT && rt_turn_waiters((rt_addr)l) > 0;
}

static int attempt_read(void *l)
{
    return a_writer_comes_first(l) ? EBUSY : RT_REAL(pthread_rwlock_tryrdlock)(l);
}

static int attempt_write(void *l)
{
    return RT_REAL(pthread_rwlock_trywrlock)(l);
}
