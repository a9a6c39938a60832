/*
 * Mutexes. An unlock publishes before the real unlock, a lock learns after the real lock, so
 * whoever gets the mutex finds what its last holder left.
 *
 * Under a controlled strategy a mutex that is taken is waited for as model_wait.h says. A
 * normal mutex that the thread holds already is waited for, too: that is a deadlock.
 *
 * Try and timed locks cannot deadlock and are not checked for lock order; pthread_mutex_clocklock
 * is what std::timed_mutex and waits without limit are made of, and is checked.
 */
#include "../scope_quick.h"
#include "../sys/sys.h"
#include "mutexes.h"
#include <sys/syscall.h>

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

/* ---- the real ones, and waiting for them ---- */

/* Bits of glibc's __kind. Robust mutexes always have that of shared ones, too. */
enum { KIND_TYPE = 3, KIND_ROBUST = 16, KIND_SHARED = 128 };

static int attempt(void *m);
static bool beyond(const void *m);
const struct rt_model_kind rt_mutex_kind = {CORE_OP_LOCK, attempt, beyond, false};

#define LOCKED_BY_MODEL(until) rt_model_wait(t, pc, &rt_mutex_kind, m, until, &err)

RT_INTERCEPT(int, pthread_mutex_lock, (pthread_mutex_t * m))
{
    RT_SCOPE_QUICK(pthread_mutex_lock);
    if (!t)
        return RT_REAL(pthread_mutex_lock)(m);
    unsigned flags = rt_pthread_mutex_flags(m);
    rt_turn_point(t, pc, CORE_OP_LOCK, (rt_addr)m);
    rt_mutex_pre_lock(t, pc, (rt_addr)m, flags);
    int err = attempt(m); /* while nobody has it, the scope stays open */
    if (core_unlikely(err == EBUSY))
        RT_MODEL_OR_REAL(LOCKED_BY_MODEL(RT_FOREVER), err, RT_REAL(pthread_mutex_lock)(m));
    rt_mutex_locked(t, pc, m, flags, err);
    if (err == EINVAL)
        rt_mutex_invalid(t, pc, (rt_addr)m);
    return err;
}

RT_INTERCEPT(int, pthread_mutex_trylock, (pthread_mutex_t * m))
{
    RT_SCOPE_QUICK(pthread_mutex_trylock);
    if (t)
        rt_turn_point(t, pc, CORE_OP_TRY_LOCK, (rt_addr)m);
    int err = attempt(m);
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
    rt_turn_point(t, pc, CORE_OP_LOCK, (rt_addr)m);
    RT_MODEL_OR_REAL(LOCKED_BY_MODEL(RT_UNTIL(CLOCK_REALTIME, deadline)), err,
                     RT_REAL(pthread_mutex_timedlock)(m, deadline));
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
    rt_turn_point(t, pc, CORE_OP_LOCK, (rt_addr)m);
    rt_mutex_pre_lock(t, pc, (rt_addr)m, flags);
    RT_MODEL_OR_REAL(LOCKED_BY_MODEL(RT_UNTIL(clock, deadline)), err,
                     RT_REAL(pthread_mutex_clocklock)(m, clock, deadline));
    rt_mutex_locked(t, pc, m, flags, err);
    return err;
}

RT_INTERCEPT(int, pthread_mutex_unlock, (pthread_mutex_t * m))
{
    RT_SCOPE_QUICK(pthread_mutex_unlock);
    if (!t)
        return RT_REAL(pthread_mutex_unlock)(m);
    rt_turn_point(t, pc, CORE_OP_UNLOCK, (rt_addr)m);
    rt_mutex_unlock(t, pc, (rt_addr)m, 0);
    int err = RT_REAL(pthread_mutex_unlock)(m);
    if (err == EINVAL)
        rt_mutex_invalid(t, pc, (rt_addr)m);
    rt_model_wake(t, m);
    return err;
}

int rt_real_mutex_lock(void *m)
{
    return RT_REAL(pthread_mutex_lock)(m);
}

int rt_real_mutex_unlock(void *m)
{
    return RT_REAL(pthread_mutex_unlock)(m);
}

static int attempt(void *m)
{
    return RT_REAL(pthread_mutex_trylock)(m);
}

static bool is_in_this_process(pid_t tid)
{
    return tid > 0 && sys_call(SYS_tgkill, sys_pid(), tid, 0, 0, 0, 0) == 0;
}

/* Another process may hold it, or the real lock says EDEADLK. */
static bool beyond(const void *mutex)
{
    const pthread_mutex_t *m = mutex;
    int kind = m->__data.__kind;
    pid_t owner = __atomic_load_n(&m->__data.__owner, __ATOMIC_RELAXED);
    if (kind & KIND_SHARED && !(kind & KIND_ROBUST && is_in_this_process(owner)))
        return true;
    return (kind & KIND_TYPE) == PTHREAD_MUTEX_ERRORCHECK && owner == rt_self()->os_tid;
}
