#include "ready.h"

#include "../fd.h"
#include "../signals.h"
#include "../sys/sys.h"
#include "model_wait.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>

enum { NS_PER_S = 1000000000 };

/* ---- times ---- */

bool rt_timespec_valid(const struct timespec *time)
{
    return time->tv_sec >= 0 && time->tv_nsec >= 0 && time->tv_nsec < NS_PER_S;
}

uint64_t rt_timespec_ns(const struct timespec *time)
{
    if ((uint64_t)time->tv_sec > INT64_MAX / NS_PER_S - 1)
        return INT64_MAX; /* longer than the kernel can count */
    return (uint64_t)time->tv_sec * NS_PER_S + (uint64_t)time->tv_nsec;
}

struct timespec rt_ns_timespec(uint64_t ns)
{
    return (struct timespec){(time_t)(ns / NS_PER_S), (long)(ns % NS_PER_S)};
}

uint64_t rt_time_left_ns(uint64_t deadline_ns)
{
    uint64_t now = rt_clock_ns();
    return deadline_ns > now ? deadline_ns - now : 0;
}

/* ---- what ends a wait ---- */

/* Do all handlers that are about to run want interrupted calls to go on? */
static bool handlers_restart(void)
{
    uint64_t pending = rt_tls.pending;
    for (int sig = 1; sig <= RT_SIGNALS; sig++) {
        struct sigaction act;
        if (pending >> (sig - 1) & 1 && !rt_sigaction(sig, NULL, &act) &&
            !(act.sa_flags & SA_RESTART))
            return false;
    }
    return pending != 0;
}

int rt_wait_failed(struct rt_thread *t, enum rt_woke woke, bool restarts, int timeout_error)
{
    switch (woke) {
    case RT_WOKE:
        return 0;
    case RT_WOKE_TIMEOUT:
        return timeout_error;
    case RT_WOKE_INTERRUPTED:
        if (!restarts || !handlers_restart())
            return EINTR;
        RT_PROGRAM((void)0); /* they run here */
        return 0;
    case RT_WOKE_CANCELLED:
        rt_model_test_cancel(t);
        return 0;
    }
    return 0;
}

/* ---- descriptors ---- */

/* Also for none at all: the operation itself is going to say so. */
static bool never_waits(int fd)
{
    long flags = sys_call(SYS_fcntl, fd, F_GETFL, 0, 0, 0, 0);
    return flags < 0 || flags & O_NONBLOCK;
}

static bool is_ready(int fd, short events)
{
    struct pollfd p = {fd, events, 0};
    return sys_call(SYS_poll, (long)&p, 1, 0, 0, 0, 0) != 0;
}

static uint64_t own_deadline(int fd, short events)
{
    struct timeval limit;
    socklen_t n = sizeof limit;
    int name = events & POLLIN ? SO_RCVTIMEO : SO_SNDTIMEO;
    if (sys_call(SYS_getsockopt, fd, SOL_SOCKET, name, (long)&limit, (long)&n, 0) ||
        (!limit.tv_sec && !limit.tv_usec))
        return RT_NEVER;
    return rt_clock_after_ns((uint64_t)limit.tv_sec * NS_PER_S + (uint64_t)limit.tv_usec * 1000);
}

/* 0 or an error. */
static int wait_until_ready(struct rt_thread *t, rt_pc pc, int fd, short events,
                            uint64_t deadline_ns, int timeout_error)
{
    while (!is_ready(fd, events)) {
        enum rt_woke woke = rt_turn_wait_fd(t, pc, fd, events, deadline_ns);
        if (woke == RT_WOKE)
            continue;
        int error = rt_wait_failed(t, woke, deadline_ns == RT_NEVER, timeout_error);
        if (error)
            return error;
    }
    return 0;
}

static bool succeeds(int error)
{
    if (error)
        errno = error;
    return !error;
}

bool rt_wait_ready(struct rt_thread *t, rt_pc pc, enum core_op op, int fd, short events)
{
    rt_turn_point(t, pc, op, rt_fd_object(fd));
    if (!rt_controlled() || is_ready(fd, events) || never_waits(fd))
        return true;
    rt_fd_access(t, pc, fd); /* in use from now on: a close meanwhile races with it */
    return succeeds(wait_until_ready(t, pc, fd, events, own_deadline(fd, events), EAGAIN));
}

bool rt_wait_ready_until(struct rt_thread *t, rt_pc pc, enum core_op op, int fd, short events,
                         uint64_t deadline_ns, int error)
{
    rt_turn_point(t, pc, op, rt_fd_object(fd));
    if (!rt_controlled() || is_ready(fd, events) || never_waits(fd))
        return true;
    rt_fd_access(t, pc, fd);
    return succeeds(wait_until_ready(t, pc, fd, events, deadline_ns, error));
}

bool rt_waited_ready(struct rt_thread *t, rt_pc pc, int fd, short events)
{
    return !is_ready(fd, events) && !never_waits(fd) &&
           !wait_until_ready(t, pc, fd, events, RT_NEVER, 0);
}

/* ---- in pieces ---- */

static mode_t type_of(int fd)
{
    struct stat s;
    return sys_call(SYS_fstat, fd, (long)&s, 0, 0, 0, 0) ? 0 : s.st_mode & S_IFMT;
}

/* A pipe that is ready takes so much at once, and no more is promised. */
bool rt_in_pieces(int fd, size_t n)
{
    if (n <= PIPE_BUF || never_waits(fd))
        return false;
    mode_t type = type_of(fd);
    return type == S_IFIFO || type == S_IFSOCK;
}

size_t rt_vector_bytes(const struct iovec *v, size_t count)
{
    size_t n = 0;
    for (size_t i = 0; v && i < count && i < IOV_MAX; i++)
        n += v[i].iov_len;
    return n;
}

/* What is left of a vector after its first bytes, as far as it is in one piece. */
static struct iovec piece_at(const struct iovec *v, size_t count, size_t done)
{
    for (size_t i = 0; i < count; i++) {
        if (done < v[i].iov_len)
            return (struct iovec){(char *)v[i].iov_base + done, v[i].iov_len - done};
        done -= v[i].iov_len;
    }
    return (struct iovec){NULL, 0};
}

/* The result of an operation that had done so much when the error came. */
static ssize_t done_or(size_t done, int error)
{
    if (done)
        return (ssize_t)done;
    errno = error;
    return -1;
}

static ssize_t write_pipe(struct rt_thread *t, rt_pc pc, int fd, const struct iovec *v, int count)
{
    size_t done = 0, all = rt_vector_bytes(v, (size_t)count);
    while (done < all) {
        int error = wait_until_ready(t, pc, fd, POLLOUT, RT_NEVER, 0);
        if (error)
            return done_or(done, error);
        struct iovec piece = piece_at(v, (size_t)count, done);
        if (piece.iov_len > PIPE_BUF)
            piece.iov_len = PIPE_BUF;
        long r = sys_call(SYS_write, fd, (long)piece.iov_base, (long)piece.iov_len, 0, 0, 0);
        if (r < 0)
            return done_or(done, (int)-r);
        done += (size_t)r;
        rt_turn_fd_changed(t);
    }
    return (ssize_t)done;
}

static bool is_stream(int fd)
{
    int type = 0;
    socklen_t n = sizeof type;
    return !sys_call(SYS_getsockopt, fd, SOL_SOCKET, SO_TYPE, (long)&type, (long)&n, 0) &&
           type == SOCK_STREAM;
}

/* How much a socket takes at once depends on the pages that the kernel has for it, unless it is
 * little. Messages stay whole. */
ssize_t rt_send(struct rt_thread *t, rt_pc pc, int fd, const struct msghdr *m, int flags)
{
    size_t done = 0, all = rt_vector_bytes(m->msg_iov, m->msg_iovlen);
    bool waits = !(flags & MSG_DONTWAIT) && !never_waits(fd);
    bool pieces = waits && all > PIPE_BUF && is_stream(fd);
    struct msghdr part = *m; /* control data and address go with the first piece */
    struct iovec piece;
    uint64_t deadline = waits ? own_deadline(fd, POLLOUT) : RT_NEVER;
    for (;;) {
        if (pieces) {
            piece = piece_at(m->msg_iov, m->msg_iovlen, done);
            if (piece.iov_len > PIPE_BUF)
                piece.iov_len = PIPE_BUF;
            part.msg_iov = &piece;
            part.msg_iovlen = 1;
        }
        long r = sys_call(SYS_sendmsg, fd, (long)&part, flags | MSG_DONTWAIT, 0, 0, 0);
        if (r == -EAGAIN && waits) {
            if (is_ready(fd, POLLOUT)) /* somebody else's queue is full, or memory is short */
                rt_turn_yield(t, pc);
            int error = wait_until_ready(t, pc, fd, POLLOUT, deadline, EAGAIN);
            if (error)
                return done_or(done, error);
            continue;
        }
        if (r < 0)
            return done_or(done, (int)-r);
        done += (size_t)r;
        rt_turn_fd_changed(t);
        if (r == 0 || done >= all || !pieces)
            return (ssize_t)done;
        part = (struct msghdr){0};
    }
}

ssize_t rt_write_pieces(struct rt_thread *t, rt_pc pc, int fd, const struct iovec *v, int count)
{
    if (type_of(fd) == S_IFIFO)
        return write_pipe(t, pc, fd, v, count);
    struct msghdr m = {.msg_iov = (struct iovec *)v, .msg_iovlen = (size_t)count};
    return rt_send(t, pc, fd, &m, 0);
}

ssize_t rt_receive_all(struct rt_thread *t, rt_pc pc, int fd, void *buf, size_t n, int flags)
{
    size_t done = 0;
    bool waits = is_stream(fd) && !never_waits(fd) && !(flags & (MSG_DONTWAIT | MSG_PEEK));
    uint64_t deadline = waits ? own_deadline(fd, POLLIN) : RT_NEVER;
    for (;;) {
        long r = sys_call(SYS_recvfrom, fd, (long)buf + (long)done, (long)(n - done),
                          (flags & ~MSG_WAITALL) | MSG_DONTWAIT, 0, 0);
        if (r < 0 && (r != -EAGAIN || !waits))
            return done_or(done, (int)-r);
        if (r > 0) {
            done += (size_t)r;
            rt_turn_fd_changed(t);
        }
        if (r == 0 || done >= n || !waits)
            return (ssize_t)done;
        int error = wait_until_ready(t, pc, fd, POLLIN, deadline, EAGAIN);
        if (error)
            return done_or(done, error);
    }
}

/* ---- sleep ---- */

int rt_sleep_until(struct rt_thread *t, rt_pc pc, uint64_t deadline_ns)
{
    const struct rt_wait wait = {.op = CORE_OP_SLEEP,
                                 .deadline_ns = deadline_ns,
                                 .interruptible = true,
                                 .cancellable = true};
    rt_turn_point(t, pc, CORE_OP_SLEEP, 0);
    for (;;) {
        enum rt_woke woke = rt_turn_wait(t, pc, &wait);
        if (woke == RT_WOKE_TIMEOUT)
            return 0;
        int error = rt_wait_failed(t, woke, false, 0);
        if (error)
            return error;
    }
}

int rt_sleep_for(struct rt_thread *t, rt_pc pc, const struct timespec *time, struct timespec *left)
{
    if (!rt_timespec_valid(time))
        return EINVAL;
    uint64_t ns = rt_timespec_ns(time);
    if (!ns) {
        rt_turn_yield(t, pc);
        return 0;
    }
    uint64_t deadline = rt_clock_after_ns(ns);
    int error = rt_sleep_until(t, pc, deadline);
    if (error && left)
        *left = rt_ns_timespec(rt_time_left_ns(deadline));
    return error;
}
