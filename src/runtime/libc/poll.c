/*
 * Waiting for descriptors: poll, select, epoll. A thread may act on readiness alone and never
 * read, so a descriptor that is reported ready has been taken from.
 *
 * Under a controlled strategy (ready.h) the real function is asked with a time limit of zero until
 * it has something to say.
 */
#include "../signals.h"
#include "../sys/sys.h"
#include "model_wait.h"
#include "rows.h"
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/syscall.h>

/* A row stays a row. */
/* clang-format off */

/* ---- waiting with a mask of signals of its own ---- */

struct mask_change {
    struct rt_thread *thread; /* NULL: none was wanted */
    uint64_t before;
    bool interrupted; /* the handlers of signals that came before the wait are still to run */
};

/* What arrives from now on is put off, which ends the wait, as it does in the kernel. */
static struct mask_change mask_begin(struct rt_thread *t, const sigset_t *mask)
{
    struct mask_change m = {NULL, 0, false};
    if (!mask)
        return m;
    m.thread = t;
    rt_signals_block(&m.before);
    uint64_t wanted = mask->__val[0]; /* as much as the kernel knows */
    rt_signals_restore(&wanted);
    m.interrupted = rt_tls.pending != 0;
    return m;
}

static void mask_end(struct mask_change *m)
{
    struct rt_thread *t = m->thread;
    if (!t)
        return;
    RT_PROGRAM((void)0); /* handlers run under the mask that let them through */
    rt_signals_restore(&m->before);
}

#define WITH_MASK(mask)                                                                            \
    struct mask_change mask_change_ __attribute__((cleanup(mask_end))) = mask_begin(t, mask);      \
    if (mask_change_.interrupted) {                                                                \
        errno = EINTR;                                                                             \
        return -1;                                                                                 \
    }

/* No flags, no masks: signals always end these waits. True: look again. */
static bool wait_again(struct rt_thread *t, rt_pc pc, struct pollfd *fds, nfds_t n,
                       uint64_t deadline, int *result)
{
    enum rt_woke woke = rt_turn_wait_fds(t, pc, fds, n, deadline);
    if (woke == RT_WOKE_TIMEOUT)
        return *result = 0, false;
    int error = rt_wait_failed(t, woke, false, 0);
    if (error)
        errno = error;
    return *result = error ? -1 : 0, !error;
}

static rt_addr object_of(const struct pollfd *fds, nfds_t n)
{
    return n ? rt_fd_object(fds[0].fd) : 0;
}

static uint64_t after_ms(int ms)
{
    return ms < 0 ? RT_NEVER : rt_clock_after_ns((uint64_t)ms * 1000000);
}

static uint64_t after(const struct timespec *time)
{
    return time ? rt_clock_after_ns(rt_timespec_ns(time)) : RT_NEVER;
}

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

static int real_poll(struct pollfd *fds, nfds_t n)
{
    long r = sys_call(SYS_poll, (long)fds, (long)n, 0, 0, 0, 0);
    if (r < 0)
        errno = (int)-r;
    return r < 0 ? -1 : (int)r;
}

static int poll_until(struct rt_thread *t, rt_pc pc, struct pollfd *fds, nfds_t n,
                      uint64_t deadline, const sigset_t *mask)
{
    rt_turn_point(t, pc, CORE_OP_IO_READ, object_of(fds, n));
    WITH_MASK(mask)
    for (;;) {
        int r = real_poll(fds, n);
        if (r || rt_time_left_ns(deadline) == 0 || !wait_again(t, pc, fds, n, deadline, &r))
            return r;
    }
}

#define VALID(timeout) (!(timeout) || rt_timespec_valid(timeout))

MODELLED(int, poll, (struct pollfd *fds, nfds_t n, int timeout), (fds, n, timeout),
    poll_until(t, pc, fds, n, after_ms(timeout), NULL), BLOCK, DO(before_poll(t, pc, fds, n)),
    r >= 0, DO(after_poll(t, pc, fds, n)))
MODELLED(int, __poll_chk, (struct pollfd *fds, nfds_t n, int timeout, size_t room),
    (fds, n, timeout, room),
    n > room / sizeof *fds ? RT_REAL(__poll_chk)(fds, n, timeout, room)
                           : poll_until(t, pc, fds, n, after_ms(timeout), NULL),
    BLOCK, DO(before_poll(t, pc, fds, n)), r >= 0, DO(after_poll(t, pc, fds, n)))
MODELLED(int, ppoll,
    (struct pollfd *fds, nfds_t n, const struct timespec *timeout, const sigset_t *mask),
    (fds, n, timeout, mask),
    VALID(timeout) ? poll_until(t, pc, fds, n, after(timeout), mask)
                   : RT_REAL(ppoll)(fds, n, timeout, mask),
    BLOCK, DO(before_poll(t, pc, fds, n)) GET(timeout) GET(mask), r >= 0,
    DO(after_poll(t, pc, fds, n)))
MODELLED(int, __ppoll_chk,
    (struct pollfd *fds, nfds_t n, const struct timespec *timeout, const sigset_t *mask,
     size_t room),
    (fds, n, timeout, mask, room),
    VALID(timeout) && n <= room / sizeof *fds
        ? poll_until(t, pc, fds, n, after(timeout), mask)
        : RT_REAL(__ppoll_chk)(fds, n, timeout, mask, room),
    BLOCK, DO(before_poll(t, pc, fds, n)) GET(timeout) GET(mask), r >= 0,
    DO(after_poll(t, pc, fds, n)))

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

static bool in_set(const fd_set *set, int fd)
{
    return set && set->fds_bits[fd / 64] >> fd % 64 & 1;
}

struct sets {
    int n;
    fd_set *in, *out, *bad; /* the program's, as it gave them */
    struct pollfd *fds;     /* the same, from the arena; NULL when they are empty */
    size_t bytes;
    nfds_t count;
};

static void sets_end(struct sets *s)
{
    if (s->fds)
        core_free(s->fds, s->bytes);
}

static struct sets sets_begin(int n, fd_set *in, fd_set *out, fd_set *bad)
{
    struct sets s = {.n = n, .in = in, .out = out, .bad = bad};
    for (int fd = 0; fd < n; fd++)
        s.count += in_set(in, fd) || in_set(out, fd) || in_set(bad, fd);
    s.bytes = s.count * sizeof *s.fds;
    s.fds = s.count ? core_alloc(s.bytes) : NULL;
    nfds_t i = 0;
    for (int fd = 0; fd < n; fd++) {
        short events = (short)((in_set(in, fd) ? POLLIN | POLLRDHUP : 0) |
                               (in_set(out, fd) ? POLLOUT : 0) | (in_set(bad, fd) ? POLLPRI : 0));
        if (events)
            s.fds[i++] = (struct pollfd){.fd = fd, .events = events};
    }
    return s;
}

enum { IN_EVENTS = POLLIN | POLLRDNORM | POLLRDBAND | POLLHUP | POLLERR,
       OUT_EVENTS = POLLOUT | POLLWRNORM | POLLWRBAND | POLLERR,
       BAD_EVENTS = POLLPRI };

/* Clears what is not ready in a set; how many are left. */
static int answer(const struct sets *s, fd_set *set, short events)
{
    int n = 0;
    if (!set)
        return 0;
    for (nfds_t i = 0; i < s->count; i++) {
        int fd = s->fds[i].fd;
        uint64_t bit = 1ull << fd % 64;
        if (!in_set(set, fd))
            continue;
        if (s->fds[i].revents & events)
            n++;
        else
            set->fds_bits[fd / 64] &= (long)~bit;
    }
    return n;
}

static int answers(const struct sets *s)
{
    return answer(s, s->in, IN_EVENTS) + answer(s, s->out, OUT_EVENTS) +
           answer(s, s->bad, BAD_EVENTS);
}

/* Would any of them be ready in its set? revents of what nobody asked for (a hang-up of one that
 * is only to be written to) don't count. */
static bool any_answer(const struct sets *s)
{
    for (nfds_t i = 0; i < s->count; i++) {
        const struct pollfd *p = &s->fds[i];
        if ((p->revents & IN_EVENTS && in_set(s->in, p->fd)) ||
            (p->revents & OUT_EVENTS && in_set(s->out, p->fd)) ||
            (p->revents & BAD_EVENTS && in_set(s->bad, p->fd)))
            return true;
    }
    return false;
}

static bool any_closed(const struct sets *s)
{
    for (nfds_t i = 0; i < s->count; i++)
        if (s->fds[i].revents & POLLNVAL)
            return true;
    return false;
}

static int select_until(struct rt_thread *t, rt_pc pc, int n, fd_set *in, fd_set *out, fd_set *bad,
                        uint64_t deadline, const sigset_t *mask)
{
    struct sets s __attribute__((cleanup(sets_end))) = sets_begin(n, in, out, bad);
    rt_turn_point(t, pc, CORE_OP_IO_READ, object_of(s.fds, s.count));
    WITH_MASK(mask)
    for (;;) {
        int r = real_poll(s.fds, s.count);
        if (r < 0)
            return r;
        if (any_closed(&s)) {
            errno = EBADF;
            return -1;
        }
        if (any_answer(&s) || rt_time_left_ns(deadline) == 0)
            return answers(&s);
        if (r > 0) /* ready for what is not asked */
            rt_turn_yield(t, pc);
        else if (!wait_again(t, pc, s.fds, s.count, deadline, &r))
            return r < 0 ? r : (real_poll(s.fds, s.count), answers(&s));
    }
}

static bool valid_timeval(const struct timeval *time)
{
    return !time || (time->tv_sec >= 0 && time->tv_usec >= 0);
}

static int select_for(struct rt_thread *t, rt_pc pc, int n, fd_set *in, fd_set *out, fd_set *bad,
                      struct timeval *timeout)
{
    uint64_t deadline = RT_NEVER;
    if (timeout)
        deadline = rt_clock_after_ns((uint64_t)timeout->tv_sec * 1000000000 +
                                     (uint64_t)timeout->tv_usec * 1000);
    int r = select_until(t, pc, n, in, out, bad, deadline, NULL);
    if (timeout) {
        uint64_t left = rt_time_left_ns(deadline);
        *timeout = (struct timeval){(time_t)(left / 1000000000),
                                    (suseconds_t)(left % 1000000000 / 1000)};
    }
    return r;
}

MODELLED(int, select, (int n, fd_set *in, fd_set *out, fd_set *bad, struct timeval *timeout),
    (n, in, out, bad, timeout),
    valid_timeval(timeout) && n >= 0 ? select_for(t, pc, n, in, out, bad, timeout)
                                     : RT_REAL(select)(n, in, out, bad, timeout),
    BLOCK, BEFORE_SETS() GET(timeout), r >= 0, AFTER_SETS() PUT(timeout))
MODELLED(int, pselect,
    (int n, fd_set *in, fd_set *out, fd_set *bad, const struct timespec *timeout,
     const sigset_t *mask),
    (n, in, out, bad, timeout, mask),
    VALID(timeout) && n >= 0 ? select_until(t, pc, n, in, out, bad, after(timeout), mask)
                             : RT_REAL(pselect)(n, in, out, bad, timeout, mask),
    BLOCK, BEFORE_SETS() GET(timeout) GET(mask), r >= 0, AFTER_SETS())

/* ---- epoll ---- */

ROW(int, epoll_create, (int size), (size), NOW, , true, NEW_FD(r, EVENT))
ROW(int, epoll_create1, (int flags), (flags), NOW, , true, NEW_FD(r, EVENT))

/* The registration happens before the wait that it makes return: whoever waits may use at once
 * what the event's data points to. */
ROW(int, epoll_ctl, (int epfd, int op, int fd, struct epoll_event *event), (epfd, op, fd, event),
    NOW,
    AT_FD(IO_WRITE, epfd) USE_FD(fd) WHEN(op != EPOLL_CTL_DEL, GET(event))
        WHEN(op == EPOLL_CTL_ADD, DO(rt_fd_epoll_add(t, pc, epfd, fd))) GIVE(epfd),
    r == 0, FDS_CHANGED())

#define WAITED()                                                                                   \
    rt_fd_epoll_acquire(t, pc, epfd);                                                              \
    OUT(events, (size_t)r * sizeof *events)

static int epoll_until(struct rt_thread *t, rt_pc pc, int epfd, struct epoll_event *events,
                       int max, uint64_t deadline, const sigset_t *mask)
{
    struct pollfd self = {.fd = epfd, .events = POLLIN};
    rt_turn_point(t, pc, CORE_OP_IO_READ, rt_fd_object(epfd));
    WITH_MASK(mask)
    for (;;) {
        long r = sys_call(SYS_epoll_wait, epfd, (long)events, max, 0, 0, 0);
        int result = (int)r;
        if (r < 0)
            errno = (int)-r, result = -1;
        if (r || rt_time_left_ns(deadline) == 0 || !wait_again(t, pc, &self, 1, deadline, &result))
            return result;
    }
}

MODELLED(int, epoll_wait, (int epfd, struct epoll_event *events, int max, int timeout),
    (epfd, events, max, timeout), epoll_until(t, pc, epfd, events, max, after_ms(timeout), NULL),
    BLOCK, USE_FD(epfd), r > 0, WAITED())
MODELLED(int, epoll_pwait,
    (int epfd, struct epoll_event *events, int max, int timeout, const sigset_t *mask),
    (epfd, events, max, timeout, mask),
    epoll_until(t, pc, epfd, events, max, after_ms(timeout), mask), BLOCK,
    USE_FD(epfd) GET(mask), r > 0, WAITED())

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
    if (rt_controlled() && VALID(timeout))
        r = epoll_until(t, pc, epfd, events, max, after(timeout), mask);
    else
        RT_BLOCKING(r = RT_REAL(epoll_pwait2)(epfd, events, max, timeout, mask));
    if (r > 0) {
        WAITED()
    }
    return r;
}
