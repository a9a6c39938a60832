/*
 * Sockets. All of them share one sync object (fd.h), except the two ends of a socketpair, which
 * have their own. Besides data, calls that the peer notices order, too: what comes before
 * connect happens before accept returns, what comes before listen before connect succeeds, what
 * comes before shutdown or close before the peer reads the end.
 */
#include "rows.h"
#include "vector.h"
#include <sys/socket.h>

/* A row stays a row. */
/* clang-format off */

ROW(int, socket, (int domain, int type, int protocol), (domain, type, protocol), NOW, , true,
    NEW_FD(r, SOCKET))
ROW(int, socketpair, (int domain, int type, int protocol, int fd[2]), (domain, type, protocol, fd),
    NOW, , r == 0, OUT(fd, 2 * sizeof *fd) DO(rt_fd_pair(t, pc, fd[0], fd[1])))

ROW(int, bind, (int fd, __CONST_SOCKADDR_ARG addr, socklen_t n), (fd, addr, n), NOW,
    USE_FD(fd) IN(addr.__sockaddr__, n), false, )
ROW(int, listen, (int fd, int backlog), (fd, backlog), NOW, AT_FD(IO_WRITE, fd) GIVE(fd), r == 0,
    FDS_CHANGED())
ROW(int, shutdown, (int fd, int how), (fd, how), NOW, AT_FD(IO_WRITE, fd) GIVE(fd), r == 0,
    FDS_CHANGED())
ROW(int, connect, (int fd, __CONST_SOCKADDR_ARG addr, socklen_t n), (fd, addr, n), BLOCK,
    IN(addr.__sockaddr__, n) GIVE(fd), r == 0, TAKE(fd))

/* An address that the kernel fills in: *n says how much room there is, then how long it is;
 * what doesn't fit is cut off. */
#define ROOM(n)                                                                                    \
    GET(n)                                                                                         \
    socklen_t room = (n) ? *(n) : 0;
#define FILLED(addr, n)                                                                            \
    if (n) {                                                                                       \
        PUT(n)                                                                                     \
        OUT(addr, *(n) < room ? *(n) : room)                                                       \
    }

ROW(int, accept, (int fd, __SOCKADDR_ARG addr, socklen_t *n), (fd, addr, n), IO,
    WAIT_IN(fd) USE_FD(fd) ROOM(n), r >= 0, TAKE(fd) NEW_FD(r, SOCKET) FILLED(addr.__sockaddr__, n))
ROW(int, accept4, (int fd, __SOCKADDR_ARG addr, socklen_t *n, int flags), (fd, addr, n, flags),
    IO, WAIT_IN(fd) USE_FD(fd) ROOM(n), r >= 0, TAKE(fd) NEW_FD(r, SOCKET) FILLED(addr.__sockaddr__, n))
ROW(int, getsockname, (int fd, __SOCKADDR_ARG addr, socklen_t *n), (fd, addr, n), NOW,
    USE_FD(fd) ROOM(n), r == 0, FILLED(addr.__sockaddr__, n))
ROW(int, getpeername, (int fd, __SOCKADDR_ARG addr, socklen_t *n), (fd, addr, n), NOW,
    USE_FD(fd) ROOM(n), r == 0, FILLED(addr.__sockaddr__, n))
ROW(int, getsockopt, (int fd, int level, int name, void *value, socklen_t *n),
    (fd, level, name, value, n), NOW, USE_FD(fd) ROOM(n), r == 0, FILLED(value, n))
ROW(int, setsockopt, (int fd, int level, int name, const void *value, socklen_t n),
    (fd, level, name, value, n), NOW, USE_FD(fd) IN(value, n), false, )

/* ---- receiving. With MSG_TRUNC the result may be longer than the buffer. ---- */

#define RECEIVED(buf, n) OUT(buf, (size_t)r < (n) ? (size_t)r : (n))

/* MSG_DONTWAIT makes a single call what O_NONBLOCK makes all of them. */
#define RECEIVE(fd, flags)                                                                         \
    if ((flags)&MSG_DONTWAIT) {                                                                    \
        AT_FD(IO_READ, fd)                                                                         \
    } else {                                                                                       \
        WAIT_IN(fd)                                                                                \
    }                                                                                              \
    USE_FD(fd)
/* All of n bytes may come in several pieces. */
#define RECEIVE_ALL(flags, call)                                                                   \
    (flags) & MSG_WAITALL ? rt_receive_all(t, pc, fd, buf, n, flags) : rt_told(t, call)

MODELLED(ssize_t, recv, (int fd, void *buf, size_t n, int flags), (fd, buf, n, flags),
    RECEIVE_ALL(flags, RT_REAL(recv)(fd, buf, n, flags)), IO, RECEIVE(fd, flags), r >= 0,
    TAKE(fd) RECEIVED(buf, n))
MODELLED(ssize_t, __recv_chk, (int fd, void *buf, size_t n, size_t size, int flags),
    (fd, buf, n, size, flags),
    n > size ? RT_REAL(__recv_chk)(fd, buf, n, size, flags)
             : RECEIVE_ALL(flags, RT_REAL(__recv_chk)(fd, buf, n, size, flags)),
    IO, RECEIVE(fd, flags), r >= 0, TAKE(fd) RECEIVED(buf, n))
ROW(ssize_t, recvfrom, (int fd, void *buf, size_t n, int flags, __SOCKADDR_ARG addr, socklen_t *an),
    (fd, buf, n, flags, addr, an), IO, RECEIVE(fd, flags) ROOM(an), r >= 0,
    TAKE(fd) RECEIVED(buf, n) FILLED(addr.__sockaddr__, an))
ROW(ssize_t, __recvfrom_chk,
    (int fd, void *buf, size_t n, size_t size, int flags, __SOCKADDR_ARG addr, socklen_t *an),
    (fd, buf, n, size, flags, addr, an), IO, RECEIVE(fd, flags) ROOM(an), r >= 0,
    TAKE(fd) RECEIVED(buf, n) FILLED(addr.__sockaddr__, an))

/* Descriptors that came along as SCM_RIGHTS are new ones of this process. Nothing is known of
 * them, so they order like sockets. */
static void new_descriptors(struct rt_thread *t, rt_pc pc, struct msghdr *m)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS ||
            c->cmsg_len < CMSG_LEN(sizeof(int)))
            continue;
        const int *fd = (const int *)(void *)CMSG_DATA(c);
        for (size_t i = 0; i < (c->cmsg_len - CMSG_LEN(0)) / sizeof *fd; i++)
            NEW_FD(fd[i], SOCKET)
    }
}

static void in_header(struct rt_thread *t, rt_pc pc, const struct msghdr *m)
{
    GET(m)
    rt_row_in_vector(t, pc, m->msg_iov, m->msg_iovlen, 0);
}

static void out_message(struct rt_thread *t, rt_pc pc, struct msghdr *m, size_t n)
{
    PUT(m)
    OUT(m->msg_name, m->msg_namelen)
    OUT(m->msg_control, m->msg_controllen)
    rt_row_out_vector(t, pc, m->msg_iov, m->msg_iovlen, n);
    new_descriptors(t, pc, m);
}

ROW(ssize_t, recvmsg, (int fd, struct msghdr *m, int flags), (fd, m, flags), IO,
    RECEIVE(fd, flags) DO(in_header(t, pc, m)), r >= 0, TAKE(fd) DO(out_message(t, pc, m, (size_t)r)))

static void out_messages(struct rt_thread *t, rt_pc pc, struct mmsghdr *v, int count)
{
    for (int i = 0; i < count; i++) {
        PUT(&v[i].msg_len)
        out_message(t, pc, &v[i].msg_hdr, v[i].msg_len);
    }
}

ROW(int, recvmmsg, (int fd, struct mmsghdr *v, unsigned count, int flags, struct timespec *timeout),
    (fd, v, count, flags, timeout), BLOCK, RECEIVE(fd, flags) GET(timeout), r >= 0,
    TAKE(fd) PUT(timeout) DO(out_messages(t, pc, v, r)))

/* ---- sending ---- */

#define BROKEN (r < 0 && errno == EPIPE)
#define IN_SENT(buf, n)                                                                            \
    if (rt_options.intercept_send) {                                                               \
        IN(buf, n)                                                                                 \
    }

#define MESSAGE(...)                                                                               \
    (&(struct msghdr){.msg_iov = &(struct iovec){(void *)buf, n}, .msg_iovlen = 1, ##__VA_ARGS__})

MODELLED(ssize_t, send, (int fd, const void *buf, size_t n, int flags), (fd, buf, n, flags),
    rt_send(t, pc, fd, MESSAGE(), flags), IO, AT_FD(IO_WRITE, fd) IN_SENT(buf, n) GIVE(fd), BROKEN, TAKE(fd))
MODELLED(ssize_t, sendto,
    (int fd, const void *buf, size_t n, int flags, __CONST_SOCKADDR_ARG addr, socklen_t an),
    (fd, buf, n, flags, addr, an),
    rt_send(t, pc, fd, MESSAGE(.msg_name = (void *)addr.__sockaddr__, .msg_namelen = an), flags),
    IO, AT_FD(IO_WRITE, fd) IN_SENT(buf, n) IN(addr.__sockaddr__, an) GIVE(fd),
    BROKEN, TAKE(fd))

static void in_message(struct rt_thread *t, rt_pc pc, const struct msghdr *m)
{
    if (!rt_options.intercept_send || !m)
        return;
    GET(m)
    IN(m->msg_name, m->msg_namelen)
    IN(m->msg_control, m->msg_controllen)
    rt_row_in_vector(t, pc, m->msg_iov, m->msg_iovlen, SIZE_MAX);
}

static void in_messages(struct rt_thread *t, rt_pc pc, struct mmsghdr *v, unsigned count)
{
    for (unsigned i = 0; v && i < count; i++)
        in_message(t, pc, &v[i].msg_hdr);
}

static void out_lengths(struct rt_thread *t, rt_pc pc, struct mmsghdr *v, int count)
{
    for (int i = 0; i < count; i++)
        PUT(&v[i].msg_len)
}

MODELLED(ssize_t, sendmsg, (int fd, const struct msghdr *m, int flags), (fd, m, flags),
    m ? rt_send(t, pc, fd, m, flags) : RT_REAL(sendmsg)(fd, m, flags), IO,
    AT_FD(IO_WRITE, fd) DO(in_message(t, pc, m)) GIVE(fd), BROKEN, TAKE(fd))
ROW(int, sendmmsg, (int fd, struct mmsghdr *v, unsigned count, int flags), (fd, v, count, flags),
    BLOCK, DO(in_messages(t, pc, v, count)) GIVE(fd), r >= 0, DO(out_lengths(t, pc, v, r)))
