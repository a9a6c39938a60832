/*
 * Operations that wait for something, under a controlled strategy.
 *
 * A thread that waits in the kernel keeps nobody from running, but who goes on when is the
 * kernel's choice then. So the wait is taken out of the operation: the thread gives its turn away
 * until the descriptor is ready, and then does the real operation, which doesn't wait any more
 * because nobody else has run in between. What one operation would wait for several times (a
 * write of more than a pipe takes) is done in pieces here, with the same result.
 *
 * Functions that return bool or -1 set errno as the real operation would. All are called by the
 * thread with the turn; except for rt_wait_ready, only when rt_controlled().
 */
#ifndef REPRISE_RUNTIME_LIBC_READY_H
#define REPRISE_RUNTIME_LIBC_READY_H

#include "../turn.h"

struct iovec;
struct msghdr;

/* A schedule point, under any strategy; then waits until one of the events is there. At once when
 * the descriptor doesn't block, is none, or the strategy controls nothing. False: EINTR, or EAGAIN
 * when the socket has a time limit of its own. */
bool rt_wait_ready(struct rt_thread *t, rt_pc pc, enum core_op op, int fd, short events);
/* Waits only. False: there was nothing to wait for, or nothing came of it. */
bool rt_waited_ready(struct rt_thread *t, rt_pc pc, int fd, short events);
/* The same with a deadline on rt_clock_ns, after which it fails with this error. */
bool rt_wait_ready_until(struct rt_thread *t, rt_pc pc, enum core_op op, int fd, short events,
                         uint64_t deadline_ns, int error);

/* Would writing so much wait halfway? */
bool rt_in_pieces(int fd, size_t n);
ssize_t rt_write_pieces(struct rt_thread *t, rt_pc pc, int fd, const struct iovec *v, int count);
size_t rt_vector_bytes(const struct iovec *v, size_t count);
/* sendmsg(); recv() with MSG_WAITALL. */
ssize_t rt_send(struct rt_thread *t, rt_pc pc, int fd, const struct msghdr *m, int flags);
ssize_t rt_receive_all(struct rt_thread *t, rt_pc pc, int fd, void *buf, size_t n, int flags);

/* What a wait that was not woken means for the operation. 0: wait again (the handlers have run and
 * want that; or cancellation is disabled); else EINTR or, for a time-out, timeout_error. */
int rt_wait_failed(struct rt_thread *t, enum rt_woke woke, bool restarts, int timeout_error);

/* Sleeps until then. 0, or EINTR. A schedule point. */
int rt_sleep_until(struct rt_thread *t, rt_pc pc, uint64_t deadline_ns);
/* nanosleep(), but returns 0, EINTR or EINVAL. left may be NULL. */
int rt_sleep_for(struct rt_thread *t, rt_pc pc, const struct timespec *time, struct timespec *left);

/* Is it one that the kernel takes for an interval? */
bool rt_timespec_valid(const struct timespec *time);
uint64_t rt_timespec_ns(const struct timespec *time);
struct timespec rt_ns_timespec(uint64_t ns);
/* From now on rt_clock_ns; 0 when it has passed. */
uint64_t rt_time_left_ns(uint64_t deadline_ns);

#endif
