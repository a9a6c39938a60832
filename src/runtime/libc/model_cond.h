/*
 * Condition variables under a controlled strategy.
 *
 * They have no non-blocking form, so here alone the model has the state: who waits is known by
 * turn.h, and a signal chooses among them. The real object is told of signals, too, for threads
 * that the runtime doesn't know. Conditions shared between processes are left to the real
 * functions.
 */
#ifndef REPRISE_RUNTIME_LIBC_MODEL_COND_H
#define REPRISE_RUNTIME_LIBC_MODEL_COND_H

#include "model_wait.h"
#include <pthread.h>

/*
 * The whole wait: gives the mutex up, waits, has it again. *err is what pthread_cond_wait and its
 * kin return. False: ask the real function; nothing has happened yet. A thread that is cancelled
 * unwinds from here, with the mutex.
 */
bool rt_model_cond_wait(struct rt_thread *t, rt_pc pc, void *cond, void *mutex,
                        struct rt_until until, int *err);

/* After the real signal. Any strategy. */
void rt_model_cond_signal(struct rt_thread *t, rt_addr cond);
void rt_model_cond_broadcast(struct rt_thread *t, rt_addr cond);
/* It begins or ends. Any strategy; a thread that the runtime doesn't know, too. */
void rt_model_cond_forget(rt_addr cond);

/* Was it signalled, while nobody waited, since the last wait for it ended? Whoever waits now may
 * have come too late. For reports, by a thread of the program. */
bool rt_model_cond_lost_signal(rt_addr cond);

/* One waiter has been woken by turn_wait.c, without a signal. */
void rt_model_cond_woken(rt_addr cond);

/* The clock of pthread_cond_timedwait, as pthread_condattr_setclock said. */
clockid_t rt_cond_clock(const pthread_cond_t *cond);

#endif
