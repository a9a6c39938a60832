/*
 * Hooks around raw system calls (sanitizer/linux_syscall_hooks.h): programs that don't go through
 * libc announce a call before and after it. One row a call:
 *
 *     HOOK(name, what happens before it, what happens after it when it succeeded)
 *
 * in the words of libc/rows.h, with a to f for the arguments and r for the result. The access is
 * the caller's own. Calls that touch no memory of the program, or that no race can come from
 * (settings of the process, the kernel's administration), are QUIET: the hook exists, and is
 * empty. Signals need no care: the call itself is made outside of the runtime.
 */
#include "../fork.h"
#include "../libc/rows.h"
#include "../libc/vector.h"
#include "../signals.h"
#include "../thread.h"
#include "scope.h"

#include <fcntl.h>
#include <mqueue.h>
#include <poll.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/sysinfo.h>
#include <sys/time.h>
#include <sys/times.h>
#include <sys/timex.h>
#include <sys/utsname.h>
#include <time.h>
#include <utime.h>

/* Callers pass as many arguments as the call has: the others are not there, and not used. The
 * seventh, f after the call, would be on the stack. */
#define HOOK(name, before, after)                                                                  \
    RT_EXPORT void __sanitizer_syscall_pre_impl_##name(long a, long b, long c, long d, long e,     \
                                                       long f)                                     \
    {                                                                                              \
        ABI_SCOPE_BARE();                                                                          \
        if (t) {                                                                                   \
            before                                                                                 \
        }                                                                                          \
    }                                                                                              \
    RT_EXPORT void __sanitizer_syscall_post_impl_##name(long r, long a, long b, long c, long d,    \
                                                        long e)                                    \
    {                                                                                              \
        ABI_SCOPE_BARE();                                                                          \
        if (t && r >= 0) {                                                                         \
            after                                                                                  \
        }                                                                                          \
    }

#define QUIET(name)                                                                                \
    RT_EXPORT void __sanitizer_syscall_pre_impl_##name(void) {}                                    \
    RT_EXPORT void __sanitizer_syscall_post_impl_##name(void) {}

/* Arguments as what they are. */
#define PTR(x)         ((void *)(x))
#define STR(x)         IN_S((const char *)(x))
#define FD(x)          ((int)(x))
#define READS(x, type) IN(PTR(x), sizeof(type))
#define FILLS(x, type) OUT(PTR(x), sizeof(type))

enum { KERNEL_SIGSET_BYTES = 8 };

/* Written when the call fails with EINTR; whether it did is not told, so it is done before. */
#define LEFT(x) FILLS(x, struct timespec)

/* A row stays a row. */
/* clang-format off */

/* ---- reading and writing ---- */

HOOK(read, USE_FD(FD(a)), TAKE(FD(a)) OUT(PTR(b), r))
HOOK(pread64, USE_FD(FD(a)), TAKE(FD(a)) OUT(PTR(b), r))
HOOK(readv, USE_FD(FD(a)) rt_row_vector(t, pc, PTR(b), (size_t)c);,
     TAKE(FD(a)) rt_row_out_vector(t, pc, PTR(b), (size_t)c, (size_t)r);)
HOOK(preadv, USE_FD(FD(a)) rt_row_vector(t, pc, PTR(b), (size_t)c);,
     TAKE(FD(a)) rt_row_out_vector(t, pc, PTR(b), (size_t)c, (size_t)r);)
HOOK(write, IN(PTR(b), c) GIVE(FD(a)), )
HOOK(pwrite64, IN(PTR(b), c) GIVE(FD(a)), )
HOOK(writev, rt_row_in_vector(t, pc, PTR(b), (size_t)c, SIZE_MAX); GIVE(FD(a)), )
HOOK(pwritev, rt_row_in_vector(t, pc, PTR(b), (size_t)c, SIZE_MAX); GIVE(FD(a)), )
HOOK(sendfile, USE_FD(FD(b)) GIVE(FD(a)) READS(c, off_t), TAKE(FD(b)) FILLS(c, off_t))
HOOK(sendfile64, USE_FD(FD(b)) GIVE(FD(a)) READS(c, off_t), TAKE(FD(b)) FILLS(c, off_t))
HOOK(splice, USE_FD(FD(a)) GIVE(FD(c)) READS(b, off_t) READS(d, off_t), TAKE(FD(a)))
HOOK(tee, USE_FD(FD(a)) GIVE(FD(b)), TAKE(FD(a)))
HOOK(vmsplice, rt_row_in_vector(t, pc, PTR(b), (size_t)c, SIZE_MAX); GIVE(FD(a)), )
HOOK(process_vm_readv, , rt_row_out_vector(t, pc, PTR(b), (size_t)c, (size_t)r);)
HOOK(process_vm_writev, rt_row_in_vector(t, pc, PTR(b), (size_t)c, SIZE_MAX);, )
HOOK(getdents, USE_FD(FD(a)), OUT(PTR(b), r))
HOOK(getdents64, USE_FD(FD(a)), OUT(PTR(b), r))
QUIET(old_readdir)
HOOK(lseek, USE_FD(FD(a)), )
HOOK(llseek, USE_FD(FD(a)), FILLS(d, int64_t))
HOOK(fsync, USE_FD(FD(a)), )
HOOK(fdatasync, USE_FD(FD(a)), )
HOOK(syncfs, USE_FD(FD(a)), )
QUIET(sync)

/* ---- descriptors ---- */

HOOK(open, STR(a), NEW_FD(FD(r), FILE))
HOOK(openat, STR(b), NEW_FD(FD(r), FILE))
HOOK(creat, STR(a), NEW_FD(FD(r), FILE))
HOOK(open_by_handle_at, USE_FD(FD(a)), NEW_FD(FD(r), FILE))
HOOK(name_to_handle_at, STR(b), FILLS(d, int))
HOOK(close, rt_fd_close(t, pc, FD(a));, )
HOOK(dup, USE_FD(FD(a)), rt_fd_dup(t, pc, FD(a), FD(r));)
HOOK(dup2, USE_FD(FD(a)), if (a != b) rt_fd_dup_over(t, pc, FD(a), FD(b));)
HOOK(dup3, USE_FD(FD(a)), rt_fd_dup_over(t, pc, FD(a), FD(b));)
HOOK(fcntl, USE_FD(FD(a)),
     if (b == F_DUPFD || b == F_DUPFD_CLOEXEC) rt_fd_dup(t, pc, FD(a), FD(r));)
HOOK(fcntl64, USE_FD(FD(a)),
     if (b == F_DUPFD || b == F_DUPFD_CLOEXEC) rt_fd_dup(t, pc, FD(a), FD(r));)
HOOK(flock, USE_FD(FD(a)), )
HOOK(ioctl, USE_FD(FD(a)), )
HOOK(pipe, , OUT(PTR(a), 2 * sizeof(int)) rt_fd_pair(t, pc, ((int *)a)[0], ((int *)a)[1]);)
HOOK(pipe2, , OUT(PTR(a), 2 * sizeof(int)) rt_fd_pair(t, pc, ((int *)a)[0], ((int *)a)[1]);)
HOOK(eventfd, , NEW_FD(FD(r), EVENT))
HOOK(eventfd2, , NEW_FD(FD(r), EVENT))
HOOK(signalfd, IN(PTR(b), KERNEL_SIGSET_BYTES), if (r != a) NEW_FD(FD(r), SIGNAL))
HOOK(signalfd4, IN(PTR(b), KERNEL_SIGSET_BYTES), if (r != a) NEW_FD(FD(r), SIGNAL))
HOOK(timerfd_create, , NEW_FD(FD(r), EVENT))
HOOK(timerfd_settime, READS(c, struct itimerspec) GIVE(FD(a)), FILLS(d, struct itimerspec))
HOOK(timerfd_gettime, USE_FD(FD(a)), FILLS(b, struct itimerspec))
HOOK(inotify_init, , NEW_FD(FD(r), FILE))
HOOK(inotify_init1, , NEW_FD(FD(r), FILE))
HOOK(inotify_add_watch, USE_FD(FD(a)) STR(b), )
HOOK(inotify_rm_watch, USE_FD(FD(a)), )
HOOK(fanotify_init, , NEW_FD(FD(r), FILE))
HOOK(fanotify_mark, USE_FD(FD(a)) STR(e), )
HOOK(perf_event_open, , NEW_FD(FD(r), PLAIN))
HOOK(epoll_create, , NEW_FD(FD(r), EVENT))
HOOK(epoll_create1, , NEW_FD(FD(r), EVENT))
HOOK(epoll_ctl,
     READS(d, struct epoll_event) USE_FD(FD(a)) USE_FD(FD(c))
     if (b == EPOLL_CTL_ADD) rt_fd_epoll_add(t, pc, FD(a), FD(c));, )
#define EPOLL_DONE                                                                                 \
    if (r > 0) {                                                                                   \
        rt_fd_epoll_acquire(t, pc, FD(a));                                                         \
        OUT(PTR(b), (size_t)r * sizeof(struct epoll_event))                                        \
    }

HOOK(epoll_wait, USE_FD(FD(a)), EPOLL_DONE)
HOOK(epoll_pwait, USE_FD(FD(a)), EPOLL_DONE)
HOOK(epoll_pwait2, USE_FD(FD(a)), EPOLL_DONE)

/* ---- waiting for descriptors ---- */

static void polled(struct rt_thread *t, rt_pc pc, struct pollfd *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        OUT(&p[i].revents, sizeof p[i].revents)
        if (p[i].revents && p[i].fd >= 0)
            TAKE(p[i].fd)
    }
}

HOOK(poll, IN(PTR(a), (size_t)b * sizeof(struct pollfd)), polled(t, pc, PTR(a), (size_t)b);)
HOOK(ppoll, IN(PTR(a), (size_t)b * sizeof(struct pollfd)) READS(c, struct timespec),
     polled(t, pc, PTR(a), (size_t)b);)

static void selected(struct rt_thread *t, rt_pc pc, int n, const fd_set *set)
{
    if (!set)
        return;
    OUT(set, (n + 7) / 8)
    for (int fd = 0; fd < n && fd < FD_SETSIZE; fd++)
        if (FD_ISSET(fd, set))
            TAKE(fd)
}

#define SELECT_SETS   IN(PTR(b), (a + 7) / 8) IN(PTR(c), (a + 7) / 8) IN(PTR(d), (a + 7) / 8)
#define SELECTED(set) selected(t, pc, (int)a, PTR(set));
HOOK(select, SELECT_SETS READS(e, struct timeval), SELECTED(b) SELECTED(c) SELECTED(d))
HOOK(pselect6, SELECT_SETS READS(e, struct timespec), SELECTED(b) SELECTED(c) SELECTED(d))
QUIET(old_select)

/* ---- sockets ---- */

static socklen_t room_of(const socklen_t *n)
{
    return n ? *n : 0;
}

/* The kernel says how long the address was; what didn't fit is cut off. */
#define ADDRESS(p, n)                                                                              \
    FILLS(n, socklen_t)                                                                            \
    OUT(PTR(p), room_of(PTR(n)))

HOOK(socket, , NEW_FD(FD(r), SOCKET))
HOOK(socketpair, , OUT(PTR(d), 2 * sizeof(int)) rt_fd_pair(t, pc, ((int *)d)[0], ((int *)d)[1]);)
HOOK(bind, USE_FD(FD(a)) IN(PTR(b), c), )
HOOK(listen, GIVE(FD(a)), )
HOOK(connect, IN(PTR(b), c) GIVE(FD(a)), TAKE(FD(a)))
HOOK(shutdown, GIVE(FD(a)), )
HOOK(accept, USE_FD(FD(a)), TAKE(FD(a)) NEW_FD(FD(r), SOCKET) ADDRESS(b, c))
HOOK(accept4, USE_FD(FD(a)), TAKE(FD(a)) NEW_FD(FD(r), SOCKET) ADDRESS(b, c))
HOOK(getsockname, USE_FD(FD(a)), ADDRESS(b, c))
HOOK(getpeername, USE_FD(FD(a)), ADDRESS(b, c))
HOOK(setsockopt, USE_FD(FD(a)) IN(PTR(d), e), )
HOOK(getsockopt, USE_FD(FD(a)), ADDRESS(d, e))
HOOK(send, IN(PTR(b), c) GIVE(FD(a)), )
HOOK(sendto, IN(PTR(b), c) IN(PTR(e), f) GIVE(FD(a)), )
HOOK(recv, USE_FD(FD(a)), TAKE(FD(a)) OUT(PTR(b), r < c ? r : c))
HOOK(recvfrom, USE_FD(FD(a)), TAKE(FD(a)) OUT(PTR(b), r < c ? r : c))

static void send_message(struct rt_thread *t, rt_pc pc, const struct msghdr *m)
{
    READS(m, *m)
    IN(m->msg_name, m->msg_namelen)
    IN(m->msg_control, m->msg_controllen)
    rt_row_in_vector(t, pc, m->msg_iov, m->msg_iovlen, SIZE_MAX);
}

static void receive_message(struct rt_thread *t, rt_pc pc, const struct msghdr *m, size_t n)
{
    OUT(m->msg_name, m->msg_namelen)
    OUT(m->msg_control, m->msg_controllen)
    rt_row_out_vector(t, pc, m->msg_iov, m->msg_iovlen, n);
}

#define EACH(m, n) for (struct mmsghdr *m = PTR(b), *end = m + (n); m && m < end; m++)

HOOK(sendmsg, send_message(t, pc, PTR(b)); GIVE(FD(a)), )
HOOK(sendmmsg, EACH(m, c) send_message(t, pc, &m->msg_hdr); GIVE(FD(a)), )
HOOK(recvmsg, USE_FD(FD(a)) READS(b, struct msghdr),
     TAKE(FD(a)) receive_message(t, pc, PTR(b), (size_t)r);)
HOOK(recvmmsg, USE_FD(FD(a)),
     TAKE(FD(a)) EACH(m, r) receive_message(t, pc, &m->msg_hdr, m->msg_len);)
QUIET(socketcall)

/* ---- asynchronous I/O ---- */

QUIET(io_setup) QUIET(io_destroy)
/* An operation is named by the address of its control block; a group waits for all. */
HOOK(io_submit, rt_release(t, (rt_addr)a);, )
HOOK(io_getevents, , rt_acquire(t, (rt_addr)a); OUT(PTR(d), r * 32))
QUIET(io_cancel)

/* ---- files by name ---- */

#define PATH_1(name) HOOK(name, STR(a), )
#define PATH_2(name) HOOK(name, STR(b), )
#define PATHS(name)  HOOK(name, STR(a) STR(b), )

PATH_1(access) PATH_1(acct) PATH_1(chdir) PATH_1(chmod) PATH_1(chown) PATH_1(chown16)
PATH_1(chroot) PATH_1(lchown) PATH_1(lchown16) PATH_1(mkdir) PATH_1(mknod) PATH_1(mq_unlink)
PATH_1(rmdir) PATH_1(swapoff) PATH_1(swapon) PATH_1(truncate) PATH_1(umount) PATH_1(oldumount)
PATH_1(unlink) PATH_1(uselib) PATH_2(faccessat) PATH_2(fchmodat) PATH_2(fchownat) PATH_2(mkdirat)
PATH_2(mknodat) PATH_2(unlinkat) PATHS(link) PATHS(rename) PATHS(symlink) PATHS(pivot_root)
PATHS(removexattr) PATHS(lremovexattr)
HOOK(symlinkat, STR(a) STR(c), )
HOOK(linkat, STR(b) STR(d), )
HOOK(renameat, STR(b) STR(d), )
HOOK(mount, STR(a) STR(b) STR(c), )
HOOK(mq_open, STR(a), NEW_FD(FD(r), EVENT))
HOOK(utime, STR(a) READS(b, struct utimbuf), )
HOOK(utimes, STR(a) IN(PTR(b), 2 * sizeof(struct timeval)), )
HOOK(futimesat, STR(b) IN(PTR(c), 2 * sizeof(struct timeval)), )
HOOK(utimensat, STR(b) IN(PTR(c), 2 * sizeof(struct timespec)), )
HOOK(readlink, STR(a), OUT(PTR(b), r))
HOOK(readlinkat, STR(b), OUT(PTR(c), r))
HOOK(getcwd, , OUT(PTR(a), r))
HOOK(fchdir, USE_FD(FD(a)), )
HOOK(fchmod, USE_FD(FD(a)), )
HOOK(fchown, USE_FD(FD(a)), )
HOOK(fchown16, USE_FD(FD(a)), )
HOOK(ftruncate, USE_FD(FD(a)), )

HOOK(stat, STR(a), FILLS(b, struct stat))
HOOK(lstat, STR(a), FILLS(b, struct stat))
HOOK(fstat, USE_FD(FD(a)), FILLS(b, struct stat))
HOOK(stat64, STR(a), FILLS(b, struct stat))
HOOK(lstat64, STR(a), FILLS(b, struct stat))
HOOK(fstat64, USE_FD(FD(a)), FILLS(b, struct stat))
HOOK(newstat, STR(a), FILLS(b, struct stat))
HOOK(newlstat, STR(a), FILLS(b, struct stat))
HOOK(newfstat, USE_FD(FD(a)), FILLS(b, struct stat))
HOOK(newfstatat, STR(b), FILLS(c, struct stat))
HOOK(fstatat64, STR(b), FILLS(c, struct stat))
HOOK(statfs, STR(a), FILLS(b, struct statfs))
HOOK(statfs64, STR(a), FILLS(c, struct statfs))
HOOK(fstatfs, USE_FD(FD(a)), FILLS(b, struct statfs))
HOOK(fstatfs64, USE_FD(FD(a)), FILLS(c, struct statfs))
QUIET(ustat)

HOOK(setxattr, STR(a) STR(b) IN(PTR(c), d), )
HOOK(lsetxattr, STR(a) STR(b) IN(PTR(c), d), )
HOOK(fsetxattr, USE_FD(FD(a)) STR(b) IN(PTR(c), d), )
HOOK(getxattr, STR(a) STR(b), if (d) OUT(PTR(c), r))
HOOK(lgetxattr, STR(a) STR(b), if (d) OUT(PTR(c), r))
HOOK(fgetxattr, USE_FD(FD(a)) STR(b), if (d) OUT(PTR(c), r))
HOOK(listxattr, STR(a), if (c) OUT(PTR(b), r))
HOOK(llistxattr, STR(a), if (c) OUT(PTR(b), r))
HOOK(flistxattr, USE_FD(FD(a)), if (c) OUT(PTR(b), r))
HOOK(fremovexattr, USE_FD(FD(a)) STR(b), )

/* ---- time ---- */

HOOK(time, , FILLS(a, long))
HOOK(gettimeofday, , FILLS(a, struct timeval) FILLS(b, struct timezone))
HOOK(settimeofday, READS(a, struct timeval) READS(b, struct timezone), )
HOOK(adjtimex, READS(a, struct timex), FILLS(a, struct timex))
HOOK(clock_adjtime, READS(b, struct timex), FILLS(b, struct timex))
HOOK(times, , FILLS(a, struct tms))
HOOK(clock_gettime, , FILLS(b, struct timespec))
HOOK(clock_getres, , FILLS(b, struct timespec))
HOOK(clock_settime, READS(b, struct timespec), )
HOOK(nanosleep, READS(a, struct timespec) LEFT(b), rt_sleep_record(t, pc);)
HOOK(clock_nanosleep, READS(c, struct timespec) LEFT(d), rt_sleep_record(t, pc);)
HOOK(getitimer, , FILLS(b, struct itimerval))
HOOK(setitimer, READS(b, struct itimerval), FILLS(c, struct itimerval))
HOOK(timer_create, READS(b, struct sigevent), FILLS(c, int))
HOOK(timer_gettime, , FILLS(b, struct itimerspec))
HOOK(timer_settime, READS(c, struct itimerspec), FILLS(d, struct itimerspec))
QUIET(timer_getoverrun) QUIET(timer_delete) QUIET(alarm) QUIET(stime)

/* ---- signals ---- */

HOOK(sigpending, , OUT(PTR(a), KERNEL_SIGSET_BYTES))
HOOK(rt_sigpending, , OUT(PTR(a), KERNEL_SIGSET_BYTES))
HOOK(sigprocmask, IN(PTR(b), KERNEL_SIGSET_BYTES), OUT(PTR(c), KERNEL_SIGSET_BYTES))
HOOK(rt_sigprocmask, IN(PTR(b), KERNEL_SIGSET_BYTES), OUT(PTR(c), KERNEL_SIGSET_BYTES))
HOOK(rt_sigtimedwait, IN(PTR(a), KERNEL_SIGSET_BYTES) READS(c, struct timespec),
     FILLS(b, siginfo_t))
HOOK(rt_sigqueueinfo, READS(c, siginfo_t) rt_signal_release(t, (int)b);, )
HOOK(rt_tgsigqueueinfo, READS(d, siginfo_t) rt_signal_release(t, (int)c);, )
HOOK(sigaltstack, READS(a, stack_t), FILLS(b, stack_t))
QUIET(sigaction) QUIET(rt_sigaction) QUIET(signal) QUIET(sgetmask) QUIET(ssetmask) QUIET(pause)
HOOK(kill, rt_signal_release(t, (int)b);, )
HOOK(tkill, rt_signal_release(t, (int)b);, )
HOOK(tgkill, rt_signal_release(t, (int)c);, )

/* ---- processes ---- */

HOOK(wait4, , FILLS(b, int) FILLS(d, struct rusage))
HOOK(waitpid, , FILLS(b, int))
HOOK(waitid, , FILLS(c, siginfo_t))
HOOK(getrusage, , FILLS(b, struct rusage))
HOOK(getrlimit, , FILLS(b, struct rlimit))
HOOK(old_getrlimit, , FILLS(b, struct rlimit))
HOOK(setrlimit, READS(b, struct rlimit), )
HOOK(prlimit64, READS(c, struct rlimit), FILLS(d, struct rlimit))
HOOK(getresuid, , FILLS(a, uid_t) FILLS(b, uid_t) FILLS(c, uid_t))
HOOK(getresgid, , FILLS(a, gid_t) FILLS(b, gid_t) FILLS(c, gid_t))
HOOK(getgroups, , if (a > 0) OUT(PTR(b), (size_t)r * sizeof(gid_t)))
HOOK(setgroups, IN(PTR(b), (size_t)a * sizeof(gid_t)), )
HOOK(capget, READS(a, int[2]), OUT(PTR(b), 24))
HOOK(capset, READS(a, int[2]) IN(PTR(b), 24), )
HOOK(sched_setscheduler, READS(c, struct sched_param), )
HOOK(sched_setparam, READS(b, struct sched_param), )
HOOK(sched_getparam, , FILLS(b, struct sched_param))
HOOK(sched_setaffinity, IN(PTR(c), b), )
HOOK(sched_getaffinity, , OUT(PTR(c), r))
HOOK(sched_rr_get_interval, , FILLS(b, struct timespec))
HOOK(getcpu, , FILLS(a, unsigned) FILLS(b, unsigned))
HOOK(uname, , FILLS(a, struct utsname))
HOOK(newuname, , FILLS(a, struct utsname))
HOOK(gethostname, , OUT(PTR(a), b))
HOOK(sethostname, IN(PTR(a), b), )
HOOK(setdomainname, IN(PTR(a), b), )
HOOK(sysinfo, , FILLS(a, struct sysinfo))
HOOK(syslog, , if (a >= 2 && a <= 4) OUT(PTR(b), r))
HOOK(get_robust_list, , FILLS(b, void *) FILLS(c, size_t))

/* The call that copies this thread's state: these two are a pair that spans it. A process made
 * by vfork can't be followed by hooks in C. */
RT_EXPORT void __sanitizer_syscall_pre_impl_fork(void)
{
    rt_fork_before();
}

RT_EXPORT void __sanitizer_syscall_post_impl_fork(long r)
{
    if (r == 0)
        rt_fork_child();
    else
        rt_fork_parent();
}

QUIET(vfork)

/* ---- memory ---- */

HOOK(munmap, rt_sync_forget(t, (rt_addr)a, (size_t)b); rt_forget_range((rt_addr)a, (size_t)b);, )
HOOK(mmap_pgoff, , rt_forget_range((rt_addr)r, (size_t)b);)
HOOK(mincore, , OUT(PTR(c), (b + 4095) / 4096))
HOOK(get_mempolicy, , FILLS(a, int))
HOOK(move_pages, IN(PTR(c), (size_t)b * sizeof(void *)) IN(PTR(d), (size_t)b * sizeof(int)),
     OUT(PTR(e), (size_t)b * sizeof(int)))

/* ---- System V IPC and message queues ---- */

HOOK(msgsnd, IN(PTR(b), sizeof(long) + (size_t)c), )
HOOK(msgrcv, , OUT(PTR(b), sizeof(long) + (size_t)r))
HOOK(mq_timedsend, IN(PTR(b), c) GIVE(FD(a)), )
HOOK(mq_timedreceive, USE_FD(FD(a)), TAKE(FD(a)) OUT(PTR(b), r) FILLS(d, unsigned))
HOOK(mq_notify, READS(b, struct sigevent) USE_FD(FD(a)), )
HOOK(mq_getsetattr, READS(b, struct mq_attr) USE_FD(FD(a)), FILLS(c, struct mq_attr))

/* ---- nothing to tell ---- */

QUIET(add_key) QUIET(bdflush) QUIET(brk) QUIET(delete_module) QUIET(exit) QUIET(exit_group)
QUIET(futex) QUIET(getegid) QUIET(getegid16) QUIET(geteuid) QUIET(geteuid16) QUIET(getgid)
QUIET(getgid16) QUIET(getgroups16) QUIET(getpgid) QUIET(getpgrp) QUIET(getpid) QUIET(getppid)
QUIET(getpriority) QUIET(getresgid16) QUIET(getresuid16) QUIET(getsid) QUIET(gettid) QUIET(getuid)
QUIET(getuid16) QUIET(init_module) QUIET(ioperm) QUIET(ioprio_get) QUIET(ioprio_set) QUIET(ipc)
QUIET(kexec_load) QUIET(keyctl) QUIET(lookup_dcookie) QUIET(madvise) QUIET(mbind)
QUIET(migrate_pages) QUIET(mlock) QUIET(mlockall) QUIET(mprotect) QUIET(mremap) QUIET(msgctl)
QUIET(msgget) QUIET(msync) QUIET(munlock) QUIET(munlockall) QUIET(ni_syscall) QUIET(nice)
QUIET(old_mmap) QUIET(olduname) QUIET(pciconfig_iobase) QUIET(pciconfig_read)
QUIET(pciconfig_write) QUIET(personality) QUIET(ptrace) QUIET(quotactl) QUIET(reboot)
QUIET(remap_file_pages) QUIET(request_key) QUIET(restart_syscall) QUIET(sched_get_priority_max)
QUIET(sched_get_priority_min) QUIET(sched_getscheduler) QUIET(sched_yield) QUIET(semctl)
QUIET(semget) QUIET(semop) QUIET(semtimedop) QUIET(set_mempolicy) QUIET(set_robust_list)
QUIET(set_tid_address) QUIET(setfsgid) QUIET(setfsgid16) QUIET(setfsuid) QUIET(setfsuid16)
QUIET(setgid) QUIET(setgid16) QUIET(setgroups16) QUIET(setns) QUIET(setpgid) QUIET(setpriority)
QUIET(setregid) QUIET(setregid16) QUIET(setresgid) QUIET(setresgid16) QUIET(setresuid)
QUIET(setresuid16) QUIET(setreuid) QUIET(setreuid16) QUIET(setsid) QUIET(setuid) QUIET(setuid16)
QUIET(shmat) QUIET(shmctl) QUIET(shmdt) QUIET(shmget) QUIET(spu_create) QUIET(spu_run)
QUIET(sysctl) QUIET(sysfs) QUIET(umask) QUIET(unshare) QUIET(vhangup)
