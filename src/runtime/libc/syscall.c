/*
 * syscall(): system calls that programs make by number. Under os and delay it is none of our
 * business; under a controlled strategy those that wait, sleep or tell the time mean the same as
 * the functions of libc.
 */
#include "../hook.h"
#include "../pin.h"
#include "../turn.h"
#include "futex.h"
#include "model_wait.h"

#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

typedef long words[6];

/* The same call by another name: the hook of that function does all there is to do. The functions
 * of ours are meant, whatever the program has under these names. */
int __interceptor_nanosleep(const struct timespec *time, struct timespec *left);
int __interceptor_clock_nanosleep(clockid_t clock, int flags, const struct timespec *time,
                                  struct timespec *left);
int __interceptor_clock_gettime(clockid_t clock, struct timespec *time);
int __interceptor_gettimeofday(struct timeval *time, void *zone);
time_t __interceptor_time(time_t *time);
ssize_t __interceptor_getrandom(void *to, size_t n, unsigned flags);
int __interceptor_sched_setaffinity(pid_t tid, size_t bytes, const cpu_set_t *set);
int __interceptor_getcpu(unsigned *cpu, unsigned *node);
int __interceptor_sched_yield(void);

static long with_errno(int error)
{
    if (error)
        errno = error;
    return error ? -1 : 0;
}

/* True: done, with the result. Outside of any scope: the hooks open their own. */
static bool by_name(long number, const words a, long *result)
{
    switch (number) {
    case SYS_nanosleep:
        *result = __interceptor_nanosleep((const void *)a[0], (void *)a[1]);
        return true;
    case SYS_clock_nanosleep:
        *result = with_errno(__interceptor_clock_nanosleep((clockid_t)a[0], (int)a[1],
                                                           (const void *)a[2], (void *)a[3]));
        return true;
    case SYS_clock_gettime:
        *result = __interceptor_clock_gettime((clockid_t)a[0], (void *)a[1]);
        return true;
    case SYS_gettimeofday:
        *result = __interceptor_gettimeofday((void *)a[0], (void *)a[1]);
        return true;
    case SYS_time:
        *result = __interceptor_time((void *)a[0]);
        return true;
    case SYS_getrandom:
        *result = __interceptor_getrandom((void *)a[0], (size_t)a[1], (unsigned)a[2]);
        return true;
    case SYS_sched_setaffinity:
        *result = __interceptor_sched_setaffinity((pid_t)a[0], (size_t)a[1], (const void *)a[2]);
        return true;
    case SYS_getcpu:
        *result = __interceptor_getcpu((void *)a[0], (void *)a[1]);
        return true;
    case SYS_sched_yield:
        *result = __interceptor_sched_yield();
        return true;
    default:
        return false;
    }
}

/* Calls that never wait and are made often; and those after which nothing is as before. */
static bool is_plain(long number)
{
    switch (number) {
    case SYS_gettid:
    case SYS_getpid:
    case SYS_getppid:
    case SYS_getuid:
    case SYS_membarrier:
    case SYS_set_robust_list:
    case SYS_get_robust_list:
    case SYS_prctl:
    case SYS_madvise:
    case SYS_mmap:
    case SYS_munmap:
    case SYS_mprotect:
    case SYS_clone:
    case SYS_clone3:
    case SYS_fork:
    case SYS_vfork:
    case SYS_exit:
    case SYS_exit_group:
    case SYS_rt_sigreturn:
        return true;
    default:
        return false;
    }
}

typedef long syscall_fn(long, ...);

static long in_scope(struct rt_thread *t, rt_pc pc, syscall_fn *real, long number, const words a)
{
    long r = RT_FUTEX_REAL;
    if (number == SYS_futex)
        r = rt_futex(t, pc, (uint32_t *)a[0], (int)a[1], (uint32_t)a[2], a[3], (uint32_t *)a[4],
                     (uint32_t)a[5]);
    if (r == RT_FUTEX_REAL) {
        RT_BLOCKING(r = real(number, a[0], a[1], a[2], a[3], a[4], a[5]));
        rt_turn_fd_changed(t);
        return r;
    }
    if (r < 0)
        errno = (int)-r;
    return r < 0 ? -1 : r;
}

RT_INTERCEPT(long, syscall, (long number, ...))
{
    words a;
    va_list ap;
    va_start(ap, number);
    for (int i = 0; i < 6; i++)
        a[i] = va_arg(ap, long);
    va_end(ap);
    long r;
    if (!rt_controlled() || is_plain(number))
        return RT_REAL(syscall)(number, a[0], a[1], a[2], a[3], a[4], a[5]);
    if (by_name(number, a, &r))
        return r;
    RT_SCOPE(syscall);
    if (!t)
        return RT_REAL(syscall)(number, a[0], a[1], a[2], a[3], a[4], a[5]);
    return in_scope(t, pc, RT_REAL(syscall), number, a);
}
