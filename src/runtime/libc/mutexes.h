/* What the hooks that lock or wait with a pthread_mutex_t or mtx_t share. */
#ifndef REPRISE_RUNTIME_LIBC_MUTEXES_H
#define REPRISE_RUNTIME_LIBC_MUTEXES_H

#include "model_wait.h"
#include "pthreads.h"

/* ---- pthread_mutex.c: the real functions, which serve for mtx_t as well ---- */

/* Waits for a mutex; cond waits lock theirs again by it. */
extern const struct rt_model_kind rt_mutex_kind;
int rt_real_mutex_lock(void *mutex);
int rt_real_mutex_unlock(void *mutex);

/*
 * Recursive mutexes made by a static initialiser have no init call: their kind is read. The word
 * doesn't change between init and destroy; relaxed, it orders nothing. mtx_t has the same layout.
 */
static inline unsigned rt_pthread_mutex_flags(const void *mutex)
{
    const pthread_mutex_t *m = mutex;
    int kind = __atomic_load_n(&m->__data.__kind, __ATOMIC_RELAXED);
    return (kind & 3) == PTHREAD_MUTEX_RECURSIVE ? RT_MUTEX_WRITE_REENTRANT : 0;
}

/* A real lock returned err. Robust mutexes are held, too, when their last owner died. */
static inline void rt_mutex_locked(struct rt_thread *t, rt_pc pc, void *m, unsigned flags, int err)
{
    if (err == EOWNERDEAD)
        rt_mutex_repair(t, (rt_addr)m);
    if (!err || err == EOWNERDEAD)
        rt_mutex_lock(t, pc, (rt_addr)m, flags, 1);
}

/*
 * A wait on a condition variable, between giving up the mutex and having it back. Put it into a
 * variable with cleanup(rt_cond_wait_end): a cancelled wait unwinds, after libc has locked the
 * mutex again for the handlers of the program.
 *
 * glibc gives up one level of a recursive mutex, no more.
 */
struct rt_cond_wait {
    struct rt_thread *thread;
    rt_pc pc;
    void *mutex;
    int err; /* of the real wait; 0 while it hasn't returned, which is also right for unwinding */
};

static inline struct rt_cond_wait rt_cond_wait_begin(struct rt_thread *t, rt_pc pc, void *cond,
                                                     void *mutex)
{
    /* before the unlock: ordered for whoever destroys the condition under the mutex */
    rt_access(t, pc, (rt_addr)cond, sizeof(uintptr_t), RT_READ);
    rt_mutex_unlock(t, pc, (rt_addr)mutex, 0);
    return (struct rt_cond_wait){.thread = t, .pc = pc, .mutex = mutex};
}

static inline void rt_cond_wait_end(struct rt_cond_wait *w)
{
    if (w->err == EPERM || w->err == ENOTRECOVERABLE)
        return; /* was not ours to begin with, or is nobody's any more */
    unsigned flags = rt_pthread_mutex_flags(w->mutex);
    rt_mutex_pre_lock(w->thread, w->pc, (rt_addr)w->mutex, flags);
    rt_mutex_locked(w->thread, w->pc, w->mutex, flags, w->err == EOWNERDEAD ? EOWNERDEAD : 0);
}

#endif
