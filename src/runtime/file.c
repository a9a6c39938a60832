#include "file.h"
#include "host.h"
#include "sys/sys.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>

/* ---- reading ---- */

enum { READ_MAX = 16 << 20 };

int rt_file_read(const char *path, struct rt_text *b)
{
    char piece[4096];
    int fd = sys_open(path, O_RDONLY, 0);
    if (fd < 0)
        return fd;
    ssize_t n;
    while ((n = sys_read(fd, piece, sizeof piece)) > 0 && b->length < READ_MAX)
        rt_put_bytes(b, piece, (size_t)n);
    sys_close(fd);
    return n < 0 ? (int)n : 0;
}

const char *rt_base_name(const char *path)
{
    const char *base = path;
    for (; *path; path++)
        if (*path == '/')
            base = path + 1;
    return base;
}

/* Started as `ld.so PROGRAM`, a process has the dynamic linker as its exe; the linker then puts
 * what it was told into the auxiliary vector. */
static void look_behind_linker(char path[RT_LOG_PATH])
{
    const char *base = rt_base_name(path);
    if (rt_strncmp(base, "ld-", 3) && rt_strncmp(base, "ld.so", 5))
        return;
    const char *told = (const char *)rt_host_auxv(AT_EXECFN);
    if (told && rt_strcmp(base, rt_base_name(told)))
        rt_absolute_path(told, path);
}

const char *rt_exe_path(void)
{
    static char path[RT_LOG_PATH];
    if (!path[0]) {
        long n =
            sys_call(SYS_readlink, (long)"/proc/self/exe", (long)path, sizeof path - 1, 0, 0, 0);
        path[n > 0 ? n : 0] = '\0';
        look_behind_linker(path);
    }
    return path;
}

const char *rt_error_text(int error)
{
    static const struct {
        int error;
        const char *text;
    } texts[] = {
        {ENOENT, "no such file or directory"},
        {EACCES, "permission denied"},
        {EPERM, "not permitted"},
        {EISDIR, "is a directory"},
        {ENOTDIR, "not a directory"},
        {ENOSPC, "no space left on device"},
        {EDQUOT, "disk quota exceeded"},
        {EROFS, "read-only file system"},
        {EMFILE, "too many open files"},
        {ENFILE, "too many open files in the system"},
        {ELOOP, "too many symbolic links"},
        {ENAMETOOLONG, "file name too long"},
        {EPIPE, "nobody reads the pipe"},
        {EIO, "input/output error"},
    };
    static char other[32]; /* two threads at once would write the same form */
    struct rt_text b = {.data = other, .capacity = sizeof other, .fixed = true};
    error = error < 0 ? -error : error;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (texts[i].error == error)
            return texts[i].text;
    rt_put(&b, "error %d", error);
    return other;
}

/* ---- writing ---- */

/* A write into a pipe that nobody reads must not send the program a SIGPIPE of ours. */
struct pipe_guard {
    uint64_t mask;
    bool was_pending;
};

static const uint64_t sigpipe_bit = 1ull << (SIGPIPE - 1);

static struct pipe_guard guard_begin(void)
{
    struct pipe_guard g = {0, false};
    uint64_t pending = 0;
    sys_call(SYS_rt_sigpending, (long)&pending, sizeof pending, 0, 0, 0, 0);
    g.was_pending = pending & sigpipe_bit;
    sys_call(SYS_rt_sigprocmask, SIG_BLOCK, (long)&sigpipe_bit, (long)&g.mask, sizeof g.mask, 0, 0);
    return g;
}

static void guard_end(const struct pipe_guard *g, bool broken)
{
    struct timespec no_time = {0, 0};
    if (broken && !g->was_pending)
        sys_call(SYS_rt_sigtimedwait, (long)&sigpipe_bit, 0, (long)&no_time, sizeof sigpipe_bit, 0,
                 0);
    sys_call(SYS_rt_sigprocmask, SIG_SETMASK, (long)&g->mask, 0, sizeof g->mask, 0, 0);
}

static long write_some(int fd, const char *p, size_t n)
{
    long w = sys_call(SYS_write, fd, (long)p, (long)n, 0, 0, 0);
    if (w == -EAGAIN) {
        struct pollfd ready = {.fd = fd, .events = POLLOUT};
        w = sys_call(SYS_poll, (long)&ready, 1, 1000, 0, 0, 0); /* a stuck reader: give up */
        return w > 0 ? -EINTR : -EAGAIN;
    }
    return w;
}

int rt_write_fd(int fd, const void *data, size_t n)
{
    const char *p = data;
    struct pipe_guard guard = guard_begin();
    long w = 0;
    while (n) {
        w = write_some(fd, p, n);
        if (w == -EINTR)
            continue;
        if (w <= 0)
            break;
        p += w;
        n -= (size_t)w;
    }
    guard_end(&guard, w == -EPIPE);
    return n ? (w ? (int)w : -EIO) : 0;
}

/* ---- logs ---- */

void rt_absolute_path(const char *path, char out[RT_LOG_PATH])
{
    struct rt_text b = {.data = out, .capacity = RT_LOG_PATH, .fixed = true};
    char here[RT_LOG_PATH];
    long n = path[0] == '/' ? 0 : sys_call(SYS_getcwd, (long)here, sizeof here, 0, 0, 0, 0);
    while (n > 0 && path[0] == '.' && path[1] == '/')
        path += 2;
    if (n > 0)
        rt_put(&b, "%s/", here);
    rt_put(&b, "%s", path);
}

void rt_log_init(struct rt_log *log, const char *path, bool per_process)
{
    log->pid = 0;
    log->per_process = per_process;
    log->path[0] = '\0';
    if (path[0])
        rt_absolute_path(path, log->path);
}

static void expand(const struct rt_log *log, char out[RT_LOG_PATH])
{
    struct rt_text b = {.data = out, .capacity = RT_LOG_PATH, .fixed = true};
    for (const char *path = log->path; *path; path++) {
        if (log->per_process && path[0] == '%' && path[1] == 'p') {
            rt_put(&b, "%d", sys_pid());
            path++;
        } else {
            rt_put_bytes(&b, path, 1);
        }
    }
}

static void make_parents(char *path)
{
    for (char *p = path + 1; *p; p++) {
        if (*p != '/')
            continue;
        *p = '\0';
        sys_call(SYS_mkdir, (long)path, 0777, 0, 0, 0, 0);
        *p = '/';
    }
}

static bool still_ours(const struct rt_log *log)
{
    struct stat st;
    return log->pid == sys_pid() && sys_call(SYS_fstat, log->fd, (long)&st, 0, 0, 0, 0) == 0 &&
           st.st_dev == log->device && st.st_ino == log->inode;
}

int rt_log_open(struct rt_log *log)
{
    char path[RT_LOG_PATH];
    struct stat st;
    const int flags = O_WRONLY | O_CREAT | O_APPEND | O_NOCTTY;
    if (!log->path[0])
        return -ENOENT;
    if (log->pid && still_ours(log))
        return 0;
    expand(log, path);
    int fd = sys_open(path, flags, 0666);
    if (fd == -ENOENT) {
        make_parents(path);
        fd = sys_open(path, flags, 0666);
    }
    if (fd < 0)
        return fd;
    log->fd = sys_dup_high(fd);
    sys_close(fd);
    if (log->fd < 0)
        return log->fd;
    sys_call(SYS_fstat, log->fd, (long)&st, 0, 0, 0, 0);
    log->device = st.st_dev;
    log->inode = st.st_ino;
    log->pid = sys_pid();
    return 0;
}

int rt_log_write(struct rt_log *log, const void *data, size_t n)
{
    int error = rt_log_open(log);
    return error ? error : rt_write_fd(log->fd, data, n);
}
