/*
 * Waiting for descriptors: poll, select, epoll. A thread may act on readiness alone and never
 * read, so a descriptor that is reported ready has been taken from.
 */
#include "rows.h"
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/select.h>

/* A row stays a row. */
/* clang-format off */

/* ---- poll ---- */

static void before_poll(struct rt_thread *t, rt_pc pc, struct pollfd *fds, nfds_t n)
{
    for (nfds_t i = 0; fds && i < n; i++) {
        IN(&fds[i], sizeof fds[i].fd + sizeof fds[i].events)
        USE_FD(fds[i].fd)
    }
}

static void after_poll(struct rt_thread *t, rt_pc pc, struct pollfd *fds, nfds_t n)
{
    for (nfds_t i = 0; fds && i < n; i++) {
        PUT(&fds[i].revents)
        if (fds[i].revents)
            TAKE(fds[i].fd)
    }
}

ROW(int, poll, (struct pollfd *fds, nfds_t n, int timeout), (fds, n, timeout), BLOCK,
    DO(before_poll(t, pc, fds, n)), r >= 0, DO(after_poll(t, pc, fds, n)))
ROW(int, __poll_chk, (struct pollfd *fds, nfds_t n, int timeout, size_t room),
    (fds, n, timeout, room), BLOCK, DO(before_poll(t, pc, fds, n)), r >= 0,
    DO(after_poll(t, pc, fds, n)))
ROW(int, ppoll,
    (struct pollfd *fds, nfds_t n, const struct timespec *timeout, const sigset_t *mask),
    (fds, n, timeout, mask), BLOCK, DO(before_poll(t, pc, fds, n)) GET(timeout) GET(mask), r >= 0,
    DO(after_poll(t, pc, fds, n)))
ROW(int, __ppoll_chk,
    (struct pollfd *fds, nfds_t n, const struct timespec *timeout, const sigset_t *mask,
     size_t room),
    (fds, n, timeout, mask, room), BLOCK, DO(before_poll(t, pc, fds, n)) GET(timeout) GET(mask),
    r >= 0, DO(after_poll(t, pc, fds, n)))

/* ---- select: sets are words of bits, and only as many as n says ---- */

static size_t set_bytes(int n)
{
    return n > 0 ? ((size_t)n + 63) / 64 * 8 : 0;
}

static void before_set(struct rt_thread *t, rt_pc pc, int n, fd_set *set)
{
    IN(set, set_bytes(n))
    for (int fd = 0; set && fd < n; fd++)
        if (set->fds_bits[fd / 64] >> fd % 64 & 1)
            USE_FD(fd)
}

static void after_set(struct rt_thread *t, rt_pc pc, int n, fd_set *set)
{
    OUT(set, set_bytes(n))
    for (int fd = 0; set && fd < n; fd++)
        if (set->fds_bits[fd / 64] >> fd % 64 & 1)
            TAKE(fd)
}

#define BEFORE_SETS()                                                                              \
    before_set(t, pc, n, in);                                                                      \
    before_set(t, pc, n, out);                                                                     \
    before_set(t, pc, n, bad);
#define AFTER_SETS()                                                                               \
    after_set(t, pc, n, in);                                                                       \
    after_set(t, pc, n, out);                                                                      \
    after_set(t, pc, n, bad);

ROW(int, select, (int n, fd_set *in, fd_set *out, fd_set *bad, struct timeval *timeout),
    (n, in, out, bad, timeout), BLOCK, BEFORE_SETS() GET(timeout), r >= 0,
    AFTER_SETS() PUT(timeout))
ROW(int, pselect,
    (int n, fd_set *in, fd_set *out, fd_set *bad, const struct timespec *timeout,
     const sigset_t *mask),
    (n, in, out, bad, timeout, mask), BLOCK, BEFORE_SETS() GET(timeout) GET(mask), r >= 0,
    AFTER_SETS())

/* ---- epoll ---- */

ROW(int, epoll_create, (int size), (size), NOW, , true, NEW_FD(r, EVENT))
ROW(int, epoll_create1, (int flags), (flags), NOW, , true, NEW_FD(r, EVENT))

/* The registration happens before the wait that it makes return: whoever waits may use at once
 * what the event's data points to. */
ROW(int, epoll_ctl, (int epfd, int op, int fd, struct epoll_event *event), (epfd, op, fd, event),
    NOW,
    USE_FD(fd) WHEN(op != EPOLL_CTL_DEL, GET(event))
        WHEN(op == EPOLL_CTL_ADD, DO(rt_fd_epoll_add(t, pc, epfd, fd))) GIVE(epfd),
    false, )

#define WAITED()                                                                                   \
    rt_fd_epoll_acquire(t, pc, epfd);                                                              \
    OUT(events, (size_t)r * sizeof *events)

ROW(int, epoll_wait, (int epfd, struct epoll_event *events, int max, int timeout),
    (epfd, events, max, timeout), BLOCK, USE_FD(epfd), r > 0, WAITED())
ROW(int, epoll_pwait,
    (int epfd, struct epoll_event *events, int max, int timeout, const sigset_t *mask),
    (epfd, events, max, timeout, mask), BLOCK, USE_FD(epfd) GET(mask), r > 0, WAITED())

/* Newer than many systems: a program that finds ours in place of libc's must not find less. */
RT_INTERCEPT(int, epoll_pwait2,
             (int epfd, struct epoll_event *events, int max, const struct timespec *timeout,
              const sigset_t *mask))
{
    RT_SCOPE(epoll_pwait2);
    if (!RT_HAVE(epoll_pwait2)) {
        errno = ENOSYS;
        return -1;
    }
    if (!t)
        return RT_REAL(epoll_pwait2)(epfd, events, max, timeout, mask);
    USE_FD(epfd)
    GET(timeout)
    GET(mask)
    int r;
    RT_BLOCKING(r = RT_REAL(epoll_pwait2)(epfd, events, max, timeout, mask));
    if (r > 0) {
        WAITED()
    }
    return r;
}
