/*
 * Signals under a controlled strategy: who waits for one gives the turn away, and who sends one
 * sees to it that its receiver is ready when the call returns, so that when a handler runs is the
 * schedule's choice and not the kernel's.
 *
 * By the thread with the turn, inside a scope. What libc's functions return, errno included.
 */
#ifndef REPRISE_RUNTIME_LIBC_SIGNAL_WAIT_H
#define REPRISE_RUNTIME_LIBC_SIGNAL_WAIT_H

#include "../rt.h"
#include <signal.h>

int rt_model_pause(struct rt_thread *t, rt_pc pc);
int rt_model_sigsuspend(struct rt_thread *t, rt_pc pc, const sigset_t *mask);
/* The signal, or -1. info may be NULL; deadline_ns as in turn.h. */
int rt_model_sigwait(struct rt_thread *t, rt_pc pc, const sigset_t *set, siginfo_t *info,
                     uint64_t deadline_ns);
/* A signal was sent: to the thread with this uid or tid (-1u, 0: unknown), or to the process. */
void rt_model_signal_sent(struct rt_thread *t, uint32_t uid, pid_t tid);

#endif
