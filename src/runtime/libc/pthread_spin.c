/* Spin locks: mutexes as far as order goes. Waiting for one counts as blocking. */
#include "../scope_quick.h"
#include "model_wait.h"
#include "pthreads.h"

static int attempt(void *l);
static bool beyond(const void *l)
{
    return false; /* it doesn't tell whether it is shared between processes */
}
static const struct rt_model_kind kind = {CORE_OP_LOCK, attempt, beyond, false};

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
    RT_SCOPE_QUICK(pthread_spin_lock);
    if (!t)
        return RT_REAL(pthread_spin_lock)(l);
    rt_turn_point(t, pc, CORE_OP_LOCK, (rt_addr)l);
    rt_mutex_pre_lock(t, pc, (rt_addr)l, 0);
    int err = attempt((void *)(uintptr_t)l); /* while nobody has it, the scope stays open */
    if (core_unlikely(err == EBUSY))
        RT_MODEL_OR_REAL(rt_model_wait(t, pc, &kind, (void *)(uintptr_t)l, RT_FOREVER, &err), err,
                         RT_REAL(pthread_spin_lock)(l));
    if (!err)
        rt_mutex_lock(t, pc, (rt_addr)l, 0, 1);
    return err;
}

RT_INTERCEPT(int, pthread_spin_trylock, (pthread_spinlock_t * l))
{
    RT_SCOPE_QUICK(pthread_spin_trylock);
    if (t)
        rt_turn_point(t, pc, CORE_OP_TRY_LOCK, (rt_addr)l);
    int err = attempt((void *)(uintptr_t)l);
    if (t && !err)
        rt_mutex_lock(t, pc, (rt_addr)l, RT_MUTEX_TRY_LOCK, 1);
    return err;
}

RT_INTERCEPT(int, pthread_spin_unlock, (pthread_spinlock_t * l))
{
    RT_SCOPE_QUICK(pthread_spin_unlock);
    if (!t)
        return RT_REAL(pthread_spin_unlock)(l);
    rt_turn_point(t, pc, CORE_OP_UNLOCK, (rt_addr)l);
    rt_mutex_unlock(t, pc, (rt_addr)l, 0);
    int err = RT_REAL(pthread_spin_unlock)(l);
    rt_model_wake(t, l);
    return err;
}

static int attempt(void *l)
{
    return RT_REAL(pthread_spin_trylock)(l);
}
