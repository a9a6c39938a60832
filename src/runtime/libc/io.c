/*
 * Descriptors: opening, duplicating, reading, writing, closing.
 *
 * What goes in happens before what comes out (fd.h), and buffers are memory accesses: a buffer
 * that is written out is read before the release, for afterwards it belongs to whoever the
 * data told so; one that was read into is written after the acquire.
 */
#include "path.h"
#include "rows.h"
#include "timers.h"
#include "vector.h"
#include <fcntl.h>
#include <linux/close_range.h>
#include <stdarg.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/uio.h>
#include <unistd.h>

/* A row stays a row. */
/* clang-format off */

char rt_path_sync;

/* ---- opening ---- */

/* The mode is there only if a file may be created; otherwise the register holds anything, which
 * the kernel ignores. */
#define OPEN(name, params, args, path)                                                             \
    RT_INTERCEPT(int, name, params)                                                                \
    {                                                                                              \
        va_list ap;                                                                                \
        va_start(ap, flags);                                                                       \
        mode_t mode = va_arg(ap, mode_t);                                                          \
        va_end(ap);                                                                                \
        RT_SCOPE(name);                                                                            \
        if (!t)                                                                                    \
            return RT_REAL(name) args;                                                             \
        IN_S(path)                                                                                 \
        if (flags & O_EXCL)                                                                        \
            CHANGES_PATH()                                                                         \
        int r;                                                                                     \
        RT_BLOCKING(r = RT_REAL(name) args);                                                       \
        SEEN_PATH()                                                                                \
        NEW_FD(r, FILE)                                                                            \
        return r;                                                                                  \
    }

OPEN(open, (const char *path, int flags, ...), (path, flags, mode), path)
OPEN(open64, (const char *path, int flags, ...), (path, flags, mode), path)
OPEN(openat, (int dir, const char *path, int flags, ...), (dir, path, flags, mode), path)
OPEN(openat64, (int dir, const char *path, int flags, ...), (dir, path, flags, mode), path)

ROW(int, __open_2, (const char *path, int flags), (path, flags), BLOCK, IN_S(path), true,
    NEW_FD(r, FILE))
ROW(int, __open64_2, (const char *path, int flags), (path, flags), BLOCK, IN_S(path), true,
    NEW_FD(r, FILE))
ROW(int, __openat_2, (int dir, const char *path, int flags), (dir, path, flags), BLOCK, IN_S(path),
    true, NEW_FD(r, FILE))
ROW(int, __openat64_2, (int dir, const char *path, int flags), (dir, path, flags), BLOCK,
    IN_S(path), true, NEW_FD(r, FILE))
ROW(int, creat, (const char *path, mode_t mode), (path, mode), BLOCK, IN_S(path), true,
    NEW_FD(r, FILE))
ROW(int, creat64, (const char *path, mode_t mode), (path, mode), BLOCK, IN_S(path), true,
    NEW_FD(r, FILE))
ROW(int, memfd_create, (const char *name, unsigned flags), (name, flags), NOW, IN_S(name), true,
    NEW_FD(r, FILE))
ROW(int, shm_open, (const char *name, int flags, mode_t mode), (name, flags, mode), BLOCK,
    IN_S(name), true, NEW_FD(r, FILE))
ROW(int, open_by_handle_at, (int mount, struct file_handle *h, int flags), (mount, h, flags), BLOCK,
    WHEN(h, IN(h, sizeof *h + h->handle_bytes)), true, NEW_FD(r, FILE))
ROW(int, name_to_handle_at,
    (int dir, const char *path, struct file_handle *h, int *mount, int flags),
    (dir, path, h, mount, flags), BLOCK, IN_S(path) GET(&h->handle_bytes), r == 0,
    OUT(h, sizeof *h + h->handle_bytes) PUT(mount))

/* The template is completed in place. */
ROW(int, mkstemp, (char *path), (path), BLOCK, IN_S(path), true, OUT_S(path) NEW_FD(r, FILE))
ROW(int, mkstemp64, (char *path), (path), BLOCK, IN_S(path), true, OUT_S(path) NEW_FD(r, FILE))
ROW(int, mkostemp, (char *path, int flags), (path, flags), BLOCK, IN_S(path), true,
    OUT_S(path) NEW_FD(r, FILE))
ROW(int, mkostemp64, (char *path, int flags), (path, flags), BLOCK, IN_S(path), true,
    OUT_S(path) NEW_FD(r, FILE))

/* ---- pipes and duplicates ---- */

ROW(int, pipe, (int fd[2]), (fd), NOW, , r == 0,
    OUT(fd, 2 * sizeof *fd) DO(rt_fd_pair(t, pc, fd[0], fd[1])))
ROW(int, pipe2, (int fd[2], int flags), (fd, flags), NOW, , r == 0,
    OUT(fd, 2 * sizeof *fd) DO(rt_fd_pair(t, pc, fd[0], fd[1])))

ROW(int, dup, (int fd), (fd), NOW, , r >= 0, DO(rt_fd_dup(t, pc, fd, r)))
/* What was open under the new number ends here, and its peer may notice. */
ROW(int, dup2, (int fd, int to), (fd, to), NOW,
    AT_FD(IO_WRITE, to) WHEN(fd != to, DO(rt_fd_notify(t, pc, to))), r >= 0,
    DO(rt_fd_dup_over(t, pc, fd, r)) FDS_CHANGED())
ROW(int, dup3, (int fd, int to, int flags), (fd, to, flags), NOW,
    AT_FD(IO_WRITE, to) WHEN(fd != to, DO(rt_fd_notify(t, pc, to))), r >= 0,
    DO(rt_fd_dup_over(t, pc, fd, r)) FDS_CHANGED())

/* ---- closing: the event comes first, for afterwards the number may already be another's ---- */

#define CLOSING(fd) AT_FD(IO_WRITE, fd) DO(rt_timerfd_closing(t, fd)) DO(rt_fd_close(t, pc, fd))

ROW(int, close, (int fd), (fd), IO, CLOSING(fd), false, )
ROW(int, __close, (int fd), (fd), IO, CLOSING(fd), false, )
VOID_ROW(closefrom, (int first), (first), IO,
         DO(rt_fd_close_range(t, pc, first < 0 ? 0 : (unsigned)first, ~0u)), )
ROW(int, close_range, (unsigned first, unsigned last, int flags), (first, last, flags), IO,
    WHEN(!(flags & CLOSE_RANGE_CLOEXEC), DO(rt_fd_close_range(t, pc, first, last))), false, )

/* ---- fcntl and ioctl: the third argument is whatever the command says, in one register ---- */

static void after_fcntl(struct rt_thread *t, rt_pc pc, int fd, int command, void *arg, int r)
{
    switch (command) {
    case F_DUPFD:
    case F_DUPFD_CLOEXEC:
        rt_fd_dup(t, pc, fd, r);
        break;
    case F_GETLK:
    case F_OFD_GETLK:
        OUT(arg, sizeof(struct flock))
        rt_fd_acquire(t, pc, fd);
        break;
    case F_SETLKW: /* locks of files order the processes and threads that take them */
    case F_SETLK:
    case F_OFD_SETLKW:
    case F_OFD_SETLK:
        IN(arg, sizeof(struct flock))
        rt_fd_acquire(t, pc, fd);
        break;
    }
}

#define FCNTL(name)                                                                                \
    RT_INTERCEPT(int, name, (int fd, int command, ...))                                            \
    {                                                                                              \
        va_list ap;                                                                                \
        va_start(ap, command);                                                                     \
        void *arg = va_arg(ap, void *);                                                            \
        va_end(ap);                                                                                \
        RT_SCOPE(name);                                                                            \
        if (!t)                                                                                    \
            return RT_REAL(name)(fd, command, arg);                                                \
        rt_fd_access(t, pc, fd);                                                                   \
        if (command == F_SETLK || command == F_SETLKW || command == F_OFD_SETLK ||                 \
            command == F_OFD_SETLKW)                                                               \
            rt_fd_release(t, pc, fd);                                                              \
        int r;                                                                                     \
        RT_BLOCKING(r = RT_REAL(name)(fd, command, arg));                                          \
        if (r >= 0)                                                                                \
            after_fcntl(t, pc, fd, command, arg, r);                                               \
        return r;                                                                                  \
    }

FCNTL(fcntl)
FCNTL(fcntl64)

RT_INTERCEPT(int, ioctl, (int fd, unsigned long request, ...))
{
    va_list ap;
    va_start(ap, request);
    void *arg = va_arg(ap, void *);
    va_end(ap);
    RT_SCOPE(ioctl);
    if (!t)
        return RT_REAL(ioctl)(fd, request, arg);
    rt_fd_access(t, pc, fd);
    int r;
    RT_BLOCKING(r = RT_REAL(ioctl)(fd, request, arg));
    if (r >= 0 && request == FIONREAD)
        OUT(arg, sizeof(int))
    return r;
}

/* ---- reading ---- */

ROW(ssize_t, read, (int fd, void *buf, size_t n), (fd, buf, n), IO, WAIT_IN(fd) USE_FD(fd), r >= 0,
    TAKE(fd) OUT(buf, r))
ROW(ssize_t, pread, (int fd, void *buf, size_t n, off_t at), (fd, buf, n, at), IO, WAIT_IN(fd) USE_FD(fd),
    r >= 0, TAKE(fd) OUT(buf, r))
ROW(ssize_t, pread64, (int fd, void *buf, size_t n, off64_t at), (fd, buf, n, at), IO,
    WAIT_IN(fd) USE_FD(fd), r >= 0, TAKE(fd) OUT(buf, r))
ROW(ssize_t, __read_chk, (int fd, void *buf, size_t n, size_t room), (fd, buf, n, room), IO,
    WAIT_IN(fd) USE_FD(fd), r >= 0, TAKE(fd) OUT(buf, r))
ROW(ssize_t, __pread_chk, (int fd, void *buf, size_t n, off_t at, size_t room),
    (fd, buf, n, at, room), IO, WAIT_IN(fd) USE_FD(fd), r >= 0, TAKE(fd) OUT(buf, r))
ROW(ssize_t, __pread64_chk, (int fd, void *buf, size_t n, off64_t at, size_t room),
    (fd, buf, n, at, room), IO, WAIT_IN(fd) USE_FD(fd), r >= 0, TAKE(fd) OUT(buf, r))

#define GIVE_VECTOR(fd, v, count)                                                                  \
    rt_row_in_vector(t, pc, v, (size_t)(count), SIZE_MAX);                                         \
    GIVE(fd)
#define USE_VECTOR(fd, v, count)  USE_FD(fd) rt_row_in_vector(t, pc, v, (size_t)(count), 0);
#define TAKE_VECTOR(fd, v, count) TAKE(fd) rt_row_out_vector(t, pc, v, (size_t)(count), (size_t)r);

ROW(ssize_t, readv, (int fd, const struct iovec *v, int count), (fd, v, count), IO,
    WAIT_IN(fd) USE_VECTOR(fd, v, count), r >= 0, TAKE_VECTOR(fd, v, count))
ROW(ssize_t, preadv, (int fd, const struct iovec *v, int count, off_t at), (fd, v, count, at),
    IO, WAIT_IN(fd) USE_VECTOR(fd, v, count), r >= 0, TAKE_VECTOR(fd, v, count))
ROW(ssize_t, preadv64, (int fd, const struct iovec *v, int count, off64_t at), (fd, v, count, at),
    IO, WAIT_IN(fd) USE_VECTOR(fd, v, count), r >= 0, TAKE_VECTOR(fd, v, count))
ROW(ssize_t, preadv2, (int fd, const struct iovec *v, int count, off_t at, int flags),
    (fd, v, count, at, flags), IO, WAIT_IN(fd) USE_VECTOR(fd, v, count), r >= 0, TAKE_VECTOR(fd, v, count))
ROW(ssize_t, preadv64v2, (int fd, const struct iovec *v, int count, off64_t at, int flags),
    (fd, v, count, at, flags), IO, WAIT_IN(fd) USE_VECTOR(fd, v, count), r >= 0, TAKE_VECTOR(fd, v, count))

/* ---- writing. EPIPE tells that the other end was closed, which comes from someone, too ---- */

#define BROKEN (r < 0 && errno == EPIPE)

/* Positions are those of files, which don't wait. */
MODELLED(ssize_t, write, (int fd, const void *buf, size_t n), (fd, buf, n),
    rt_in_pieces(fd, n) ? rt_write_pieces(t, pc, fd, &(struct iovec){(void *)buf, n}, 1)
                        : rt_told(t, RT_REAL(write)(fd, buf, n)),
    IO, WAIT_OUT(fd) IN(buf, n) GIVE(fd), BROKEN, TAKE(fd))
ROW(ssize_t, pwrite, (int fd, const void *buf, size_t n, off_t at), (fd, buf, n, at), IO,
    WAIT_OUT(fd) IN(buf, n) GIVE(fd), BROKEN, TAKE(fd))
ROW(ssize_t, pwrite64, (int fd, const void *buf, size_t n, off64_t at), (fd, buf, n, at), IO,
    WAIT_OUT(fd) IN(buf, n) GIVE(fd), BROKEN, TAKE(fd))
MODELLED(ssize_t, writev, (int fd, const struct iovec *v, int count), (fd, v, count),
    rt_in_pieces(fd, rt_vector_bytes(v, (size_t)count))
        ? rt_write_pieces(t, pc, fd, v, count)
        : rt_told(t, RT_REAL(writev)(fd, v, count)),
    IO, WAIT_OUT(fd) GIVE_VECTOR(fd, v, count), BROKEN, TAKE(fd))
ROW(ssize_t, pwritev, (int fd, const struct iovec *v, int count, off_t at), (fd, v, count, at),
    IO, WAIT_OUT(fd) GIVE_VECTOR(fd, v, count), BROKEN, TAKE(fd))
ROW(ssize_t, pwritev64, (int fd, const struct iovec *v, int count, off64_t at), (fd, v, count, at),
    IO, WAIT_OUT(fd) GIVE_VECTOR(fd, v, count), BROKEN, TAKE(fd))
ROW(ssize_t, pwritev2, (int fd, const struct iovec *v, int count, off_t at, int flags),
    (fd, v, count, at, flags), IO, WAIT_OUT(fd) GIVE_VECTOR(fd, v, count), BROKEN, TAKE(fd))
ROW(ssize_t, pwritev64v2, (int fd, const struct iovec *v, int count, off64_t at, int flags),
    (fd, v, count, at, flags), IO, WAIT_OUT(fd) GIVE_VECTOR(fd, v, count), BROKEN, TAKE(fd))

/* ---- from one descriptor to another: what came with the data goes on with it ---- */

ROW(ssize_t, splice, (int in, off64_t *in_at, int out, off64_t *out_at, size_t n, unsigned flags),
    (in, in_at, out, out_at, n, flags), BLOCK, WAIT_IN(in) USE_FD(in) GET(in_at) GET(out_at) GIVE(out), r >= 0,
    TAKE(in) PUT(in_at) PUT(out_at) GIVE(out))
ROW(ssize_t, tee, (int in, int out, size_t n, unsigned flags), (in, out, n, flags), BLOCK,
    WAIT_IN(in) USE_FD(in) GIVE(out), r >= 0, TAKE(in) GIVE(out))
ROW(ssize_t, vmsplice, (int fd, const struct iovec *v, size_t count, unsigned flags),
    (fd, v, count, flags), BLOCK, WAIT_OUT(fd) GIVE_VECTOR(fd, v, count), r >= 0, TAKE(fd))
ROW(ssize_t, sendfile, (int out, int in, off_t *at, size_t n), (out, in, at, n), BLOCK,
    WAIT_IN(in) USE_FD(in) GET(at) GIVE(out), r >= 0, TAKE(in) PUT(at) GIVE(out))
ROW(ssize_t, sendfile64, (int out, int in, off64_t *at, size_t n), (out, in, at, n), BLOCK,
    WAIT_IN(in) USE_FD(in) GET(at) GIVE(out), r >= 0, TAKE(in) PUT(at) GIVE(out))
ROW(ssize_t, copy_file_range,
    (int in, off64_t *in_at, int out, off64_t *out_at, size_t n, unsigned flags),
    (in, in_at, out, out_at, n, flags), BLOCK, WAIT_IN(in) USE_FD(in) GET(in_at) GET(out_at) GIVE(out), r >= 0,
    TAKE(in) PUT(in_at) PUT(out_at) GIVE(out))

/* ---- the rest. File locks order those who take them. ---- */

ROW(int, flock, (int fd, int op), (fd, op), BLOCK, GIVE(fd), r == 0, TAKE(fd))
ROW(int, lockf, (int fd, int op, off_t n), (fd, op, n), BLOCK, GIVE(fd), r == 0, TAKE(fd))
ROW(int, lockf64, (int fd, int op, off64_t n), (fd, op, n), BLOCK, GIVE(fd), r == 0, TAKE(fd))

ROW(off_t, lseek, (int fd, off_t at, int from), (fd, at, from), NOW,
    AT_FD(IO_WRITE, fd) USE_FD(fd), false, )
ROW(off64_t, lseek64, (int fd, off64_t at, int from), (fd, at, from), NOW,
    AT_FD(IO_WRITE, fd) USE_FD(fd), false, )
ROW(int, fsync, (int fd), (fd), BLOCK, USE_FD(fd), false, )
ROW(int, fdatasync, (int fd), (fd), BLOCK, USE_FD(fd), false, )
ROW(int, ftruncate, (int fd, off_t n), (fd, n), BLOCK, USE_FD(fd), false, )
ROW(int, ftruncate64, (int fd, off64_t n), (fd, n), BLOCK, USE_FD(fd), false, )
