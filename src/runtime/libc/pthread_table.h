/*
 * Which thread a pthread_t is.
 *
 * Joins name a thread by its pthread_t, which the system reuses as soon as the thread is joined
 * or, detached, has ended. So a table maps pthread_t to the uid that reports and clocks use:
 *
 *     listed by     parent or child, whoever comes first: the child must find itself when it
 *                   calls pthread_detach(pthread_self()), the parent when it joins at once;
 *                   and neither waits for the other
 *     unlisted by   a successful join; a detached thread's end; a detach after the end
 *
 * Every look-up happens before the real operation, every removal after it and only if the entry
 * still has the uid that was found: meanwhile the pthread_t may have become another thread.
 *
 * All functions may be called by any thread, inside a scope.
 */
#ifndef REPRISE_RUNTIME_LIBC_PTHREAD_TABLE_H
#define REPRISE_RUNTIME_LIBC_PTHREAD_TABLE_H

#include "pthreads.h"

/* One thread. Fields that don't name the table belong to the child once it runs. */
struct rt_child {
    struct rt_start start;
    uint32_t uid;
    int rounds;    /* of key destructors still to let pass */
    bool is_main;  /* the one record that is no child: never freed */
    bool own_mask; /* its attributes say which signals it starts with */
    uint64_t mask; /* otherwise: all are blocked until it has begun, then this is blocked */

    /* under the table's lock */
    struct rt_thread *thread; /* NULL after its end */
    int refs; /* parent until create is done, child until its end, table while in it */
    bool listed, in_table, finished, detached;
    bool cancel_async; /* PTHREAD_CANCEL_ASYNCHRONOUS under a controlled strategy */
    pthread_t self;
    struct rt_child *next; /* in the bucket */
};

/* Lists a thread once: further calls do nothing. */
void rt_table_enter(struct rt_child *c, pthread_t self);
/* By the parent: the same, with *self valid unless the child is listed. Drops its reference. */
void rt_table_created(struct rt_child *c, const pthread_t *self);
/* By the child at its end. Drops its reference; nobody names the thread by pointer any more. */
void rt_table_leave(struct rt_child *c);
/* Is it still there to be joined? Under a controlled strategy. */
bool rt_table_is_joinable(pthread_t self, uint32_t uid);
/* The live thread of that name, or NULL. It may end as soon as other threads run. */
struct rt_thread *rt_table_thread(pthread_t self, bool *cancel_async);
void rt_table_set_cancel_async(pthread_t self, bool async);
/* The name of another thread. */
void rt_table_set_name(pthread_t self, const char *name);

#endif
