/*
 * Timers of the program: alarm, setitimer, timer_create, timerfd.
 *
 * In virtual time a timer of the kernel's would go off at some moment of real time, between any
 * two steps of the run. So here timers are alarms of the schedule (rt_turn_at), for those of the
 * real clock: ITIMER_REAL, POSIX timers that send a signal, timerfd. When time has reached one, the
 * thread that finds out sends the signal, or makes the descriptor readable, on the spot.
 *
 * The signal goes to the thread that the kernel would prefer: the main thread, or the first that
 * has it unblocked. A timerfd is an eventfd: what a read gives, and when it waits, is the same. A
 * timer of processor time, or one that starts a thread (SIGEV_THREAD), is the kernel's as ever.
 */
#ifndef REPRISE_RUNTIME_LIBC_TIMERS_H
#define REPRISE_RUNTIME_LIBC_TIMERS_H

#include "../rt.h"

/* Before a descriptor is closed: it may be a timer of ours. */
void rt_timerfd_closing(struct rt_thread *t, int fd);
/* In the child of fork, with the turn. */
void rt_timers_after_fork(struct rt_thread *t);

#endif
