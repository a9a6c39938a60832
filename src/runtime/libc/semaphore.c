/*
 * Semaphores. A post publishes; a wait that succeeds learns from all posts up to then, for the
 * counter is one atomic word and each change of it continues the release sequence of the posts
 * before. sem_getvalue learns as well: programs poll it to see how far others are.
 *
 * Init and destroy are writes of the semaphore, everything else reads it: using one that is not
 * yet or no longer there is a race.
 */
#include "../format.h"
#include "model_wait.h"
#include "pthreads.h"
#include <fcntl.h>
#include <semaphore.h>
#include <stdarg.h>

/* Before the release or the real wait: what the semaphore orders covers it. */
static void used(struct rt_thread *t, rt_pc pc, sem_t *s)
{
    rt_access(t, pc, (rt_addr)s, 1, RT_READ);
}

/* ---- waiting by the model ---- */

static int attempt(void *s);

/* Other processes may post it: glibc's word behind the counter says so, named ones included. */
static bool beyond(const void *s)
{
    return ((const int *)s)[2] != 0;
}

static const struct rt_model_kind kind = {CORE_OP_SEM_WAIT, attempt, beyond, true};

/* As rt_model_wait, with the result of a real function. */
static bool wait_by_model(struct rt_thread *t, rt_pc pc, sem_t *s, struct rt_until until,
                          int *result)
{
    int err;
    if (!rt_model_wait(t, pc, &kind, s, until, &err))
        return false;
    if (err)
        errno = err;
    *result = err ? -1 : 0;
    return true;
}

#define BY_MODEL(until) wait_by_model(t, pc, s, until, &err)

RT_INTERCEPT(int, sem_init, (sem_t * s, int shared, unsigned value))
{
    RT_SCOPE(sem_init);
    if (t) {
        rt_sync_forget(t, (rt_addr)s, sizeof(*s));
        rt_access(t, pc, (rt_addr)s, 1, RT_WRITE);
    }
    return RT_REAL(sem_init)(s, shared, value);
}

RT_INTERCEPT(int, sem_destroy, (sem_t * s))
{
    RT_SCOPE(sem_destroy);
    if (t) {
        rt_access(t, pc, (rt_addr)s, 1, RT_WRITE);
        rt_sync_forget(t, (rt_addr)s, sizeof(*s));
    }
    return RT_REAL(sem_destroy)(s);
}

RT_INTERCEPT(int, sem_wait, (sem_t * s))
{
    RT_SCOPE(sem_wait);
    if (!t)
        return RT_REAL(sem_wait)(s);
    int err;
    rt_turn_point(t, pc, CORE_OP_SEM_WAIT, (rt_addr)s);
    used(t, pc, s);
    RT_MODEL_OR_REAL(BY_MODEL(RT_FOREVER), err, RT_REAL(sem_wait)(s));
    if (!err)
        rt_acquire(t, (rt_addr)s);
    return err;
}

RT_INTERCEPT(int, sem_trywait, (sem_t * s))
{
    RT_SCOPE(sem_trywait);
    if (t) {
        rt_turn_point(t, pc, CORE_OP_TRY_LOCK, (rt_addr)s);
        used(t, pc, s);
    }
    int err = RT_REAL(sem_trywait)(s);
    if (t && !err)
        rt_acquire(t, (rt_addr)s);
    return err;
}

/* errno only changes when the caller is told of an error. */
static int attempt(void *s)
{
    int saved = errno;
    if (!RT_REAL(sem_trywait)(s))
        return 0;
    int err = errno;
    errno = saved;
    return err == EAGAIN ? EBUSY : err;
}

RT_INTERCEPT(int, sem_timedwait, (sem_t * s, const struct timespec *deadline))
{
    RT_SCOPE(sem_timedwait);
    if (!t)
        return RT_REAL(sem_timedwait)(s, deadline);
    int err;
    rt_turn_point(t, pc, CORE_OP_SEM_WAIT, (rt_addr)s);
    used(t, pc, s);
    RT_MODEL_OR_REAL(BY_MODEL(RT_UNTIL(CLOCK_REALTIME, deadline)), err,
                     RT_REAL(sem_timedwait)(s, deadline));
    if (!err)
        rt_acquire(t, (rt_addr)s);
    return err;
}

RT_INTERCEPT(int, sem_clockwait, (sem_t * s, clockid_t clock, const struct timespec *deadline))
{
    RT_SCOPE(sem_clockwait);
    if (!t)
        return RT_REAL(sem_clockwait)(s, clock, deadline);
    int err;
    rt_turn_point(t, pc, CORE_OP_SEM_WAIT, (rt_addr)s);
    used(t, pc, s);
    RT_MODEL_OR_REAL(BY_MODEL(RT_UNTIL(clock, deadline)), err,
                     RT_REAL(sem_clockwait)(s, clock, deadline));
    if (!err)
        rt_acquire(t, (rt_addr)s);
    return err;
}

RT_INTERCEPT(int, sem_post, (sem_t * s))
{
    RT_SCOPE(sem_post);
    if (!t)
        return RT_REAL(sem_post)(s);
    rt_turn_point(t, pc, CORE_OP_SEM_POST, (rt_addr)s);
    used(t, pc, s);
    rt_release(t, (rt_addr)s);
    int err = RT_REAL(sem_post)(s);
    rt_model_wake(t, s);
    return err;
}

RT_INTERCEPT(int, sem_getvalue, (sem_t * s, int *value))
{
    RT_SCOPE(sem_getvalue);
    if (t) {
        rt_turn_point(t, pc, CORE_OP_ATOMIC_LOAD, (rt_addr)s);
        used(t, pc, s);
    }
    int err = RT_REAL(sem_getvalue)(s, value);
    if (t && !err) {
        rt_acquire(t, (rt_addr)s);
        rt_write_range(t, pc, value, sizeof(*value));
    }
    return err;
}

RT_INTERCEPT(sem_t *, sem_open, (const char *name, int flags, ...))
{
    va_list ap;
    va_start(ap, flags);
    mode_t mode = 0;
    unsigned value = 0;
    if (flags & O_CREAT) {
        mode = va_arg(ap, mode_t);
        value = va_arg(ap, unsigned);
    }
    va_end(ap);

    RT_SCOPE(sem_open);
    if (!t)
        return RT_REAL(sem_open)(name, flags, mode, value);
    sem_t *s;
    rt_read_range(t, pc, name, rt_strlen(name) + 1);
    RT_QUIET(t); /* keeps a list of its own */
    RT_BLOCKING(s = RT_REAL(sem_open)(name, flags, mode, value));
    return s;
}

RT_INTERCEPT(int, sem_close, (sem_t * s))
{
    RT_SCOPE(sem_close);
    if (!t)
        return RT_REAL(sem_close)(s);
    int err;
    RT_QUIET(t);
    RT_BLOCKING(err = RT_REAL(sem_close)(s));
    return err;
}

RT_INTERCEPT(int, sem_unlink, (const char *name))
{
    RT_SCOPE(sem_unlink);
    if (t)
        rt_read_range(t, pc, name, rt_strlen(name) + 1);
    return RT_REAL(sem_unlink)(name);
}
