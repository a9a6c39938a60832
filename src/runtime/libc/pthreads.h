/*
 * What the hooks of pthreads and C11 threads share.
 *
 * glibc's C11 types are its pthread types under other names (thrd_t is a pthread_t, mtx_t and
 * cnd_t have the layout of pthread_mutex_t and pthread_cond_t), so both families use one set of
 * helpers; only the real functions and their results differ.
 */
#ifndef REPRISE_RUNTIME_LIBC_PTHREADS_H
#define REPRISE_RUNTIME_LIBC_PTHREADS_H

#include "../hook.h"
#include <errno.h>
#include <pthread.h>

/*
 * Memory accesses of this thread don't count while the guard is in scope. For real functions
 * that allocate and free memory which other threads use under locks that we cannot see.
 */
static inline struct rt_thread *rt_quiet_begin(struct rt_thread *t)
{
    t->ignore_reads++;
    t->ignore_writes++;
    return t;
}

static inline void rt_quiet_end(struct rt_thread **t)
{
    (*t)->ignore_reads--;
    (*t)->ignore_writes--;
}

#define RT_QUIET(t)                                                                                \
    struct rt_thread *rt_quiet_ __attribute__((cleanup(rt_quiet_end))) = rt_quiet_begin(t)

/* ---- pthread_thread.c ---- */

/* Its address carries the clock of the main thread's end. */
extern const char rt_main_end[1];

/* What thread creation hands to the child; exactly one of the two is set. */
struct rt_start {
    void *(*run)(void *);
    int (*run_c11)(void *);
    void *arg;
};

/* The record of a new thread, a schedule point before it is made; to be given to rt_child_main() or
 * rt_child_main_c11(). */
struct rt_child;
struct rt_child *rt_child_create(struct rt_thread *t, rt_pc pc, struct rt_start start,
                                 bool detached);
/* Runs the real create with signals blocked, in this thread and at first in the child. */
int rt_child_spawn(struct rt_thread *t, struct rt_child *child, int (*real)(void *), void *args);
/* The real create is done: with success, *self names the child, which may already have ended and
 * freed the memory self points to; otherwise child is dropped. */
void rt_child_created(struct rt_thread *t, struct rt_child *child, bool success,
                      const pthread_t *self);
void *rt_child_main(void *child);
int rt_child_main_c11(void *child);

/* Before the real exit. The main thread, too, has an end that a join waits for. */
void rt_pthread_exiting(struct rt_thread *t);

/* ---- pthread_once.c ---- */

/* In the child of fork: routines of other threads don't run there. */
void rt_once_after_fork(struct rt_thread *t);

/* ---- pthread_table.c ---- */

enum { RT_UID_UNKNOWN = -1u };
/* Who is this? RT_UID_UNKNOWN for a thread that nobody told us of. Before the real operation. */
uint32_t rt_pthread_uid(pthread_t self);
/* After the real operation succeeded. self may name a new thread by now; uid does not. */
void rt_pthread_joined(struct rt_thread *t, pthread_t self, uint32_t uid);
void rt_pthread_detached(struct rt_thread *t, pthread_t self, uint32_t uid);
/* In the child of fork: forgets all threads but the caller. */
void rt_pthread_after_fork(struct rt_thread *t);

void rt_pthread_lock_all(void); /* around fork */
void rt_pthread_unlock_all(void);

#endif
