/*
 * Between processes, and between threads as if they were: System V and POSIX message queues,
 * memory of other processes.
 */
#include "rows.h"
#include "vector.h"
#include <mqueue.h>
#include <sys/msg.h>
#include <sys/shm.h>
#include <time.h>

/* A row stays a row. */
/* clang-format off */

/* All System V queues share one sync object: their number is small and their ids are not. */
static char msg_sync;

ROW(int, msgsnd, (int id, const void *msg, size_t n, int flags), (id, msg, n, flags), BLOCK,
    IN(msg, sizeof(long) + n) DO(rt_release(t, (rt_addr)&msg_sync)), false, )
ROW(ssize_t, msgrcv, (int id, void *msg, size_t n, long type, int flags), (id, msg, n, type, flags),
    BLOCK, , r >= 0, DO(rt_acquire(t, (rt_addr)&msg_sync)) OUT(msg, sizeof(long) + (size_t)r))

/* A POSIX queue is a descriptor here; it may be open twice, as a file may. */
RT_INTERCEPT(mqd_t, mq_open, (const char *name, int flags, ...))
{
    va_list ap;
    va_start(ap, flags);
    mode_t mode = va_arg(ap, mode_t);
    struct mq_attr *attr = va_arg(ap, struct mq_attr *);
    va_end(ap);
    RT_SCOPE(mq_open);
    if (!t)
        return RT_REAL(mq_open)(name, flags, mode, attr);
    mqd_t r;
    RT_BLOCKING(r = RT_REAL(mq_open)(name, flags, mode, attr));
    NEW_FD(r, FILE)
    return r;
}

ROW(int, mq_close, (mqd_t q), (q), BLOCK, DO(rt_fd_close(t, pc, q)), false, )
/* A time of the real clock is none of virtual time, so it must not get to the kernel: a queue that
 * is ready doesn't look at it. */
#define WAIT_UNTIL(op, q, events, time)                                                            \
    if (rt_controlled() &&                                                                         \
        !rt_wait_ready_until(t, pc, CORE_OP_##op, (q), (events),                                        \
                        rt_clock_deadline_ns(CLOCK_REALTIME, (time)), ETIMEDOUT))                  \
        return -1;

ROW(int, mq_send, (mqd_t q, const char *msg, size_t n, unsigned priority), (q, msg, n, priority),
    IO, WAIT_OUT(q) IN(msg, n) GIVE(q), false, )
ROW(int, mq_timedsend,
    (mqd_t q, const char *msg, size_t n, unsigned priority, const struct timespec *timeout),
    (q, msg, n, priority, timeout), IO,
    GET(timeout) WAIT_UNTIL(IO_WRITE, q, POLLOUT, timeout) IN(msg, n) GIVE(q), false, )
ROW(ssize_t, mq_receive, (mqd_t q, char *msg, size_t n, unsigned *priority), (q, msg, n, priority),
    IO, WAIT_IN(q) USE_FD(q), r >= 0, TAKE(q) OUT(msg, r) PUT(priority))
ROW(ssize_t, mq_timedreceive,
    (mqd_t q, char *msg, size_t n, unsigned *priority, const struct timespec *timeout),
    (q, msg, n, priority, timeout), IO,
    GET(timeout) WAIT_UNTIL(IO_READ, q, POLLIN, timeout) USE_FD(q), r >= 0,
    TAKE(q) OUT(msg, r) PUT(priority))
ROW(int, mq_getattr, (mqd_t q, struct mq_attr *attr), (q, attr), NOW, USE_FD(q), r == 0, PUT(attr))
ROW(int, mq_setattr, (mqd_t q, const struct mq_attr *attr, struct mq_attr *old), (q, attr, old),
    NOW, USE_FD(q) GET(attr), r == 0, PUT(old))

#define REMOTE(name, before, after)                                                                \
    ROW(ssize_t, name,                                                                             \
        (pid_t pid, const struct iovec *local, unsigned long locals, const struct iovec *remote,   \
         unsigned long remotes, unsigned long flags),                                              \
        (pid, local, locals, remote, remotes, flags), NOW,                                         \
        before DO(rt_row_vector(t, pc, remote, remotes)), r > 0, after)

REMOTE(process_vm_readv, DO(rt_row_in_vector(t, pc, local, locals, 0)),
       DO(rt_row_out_vector(t, pc, local, locals, (size_t)r)))
REMOTE(process_vm_writev, DO(rt_row_in_vector(t, pc, local, locals, SIZE_MAX)), )

ROW(int, shmctl, (int id, int command, struct shmid_ds *ds), (id, command, ds), NOW,
    WHEN(command == IPC_SET, GET(ds)), r >= 0, WHEN(command == IPC_STAT, PUT(ds)))
ROW(int, msgctl, (int id, int command, struct msqid_ds *ds), (id, command, ds), NOW,
    WHEN(command == IPC_SET, GET(ds)), r >= 0, WHEN(command == IPC_STAT, PUT(ds)))
