#include "sys.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#if defined(__x86_64__)
long sys_call(long number, long a, long b, long c, long d, long e, long f)
{
    long ret;
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    register long r9 __asm__("r9") = f;
    __asm__ volatile("syscall"
                     : "=a"(ret)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return ret;
}
#else
#error "no system call stub for this machine yet"
#endif

#define CALL0(n) sys_call(n, 0, 0, 0, 0, 0, 0)
#define CALL1(n, a) sys_call(n, (long)(a), 0, 0, 0, 0, 0)
#define CALL2(n, a, b) sys_call(n, (long)(a), (long)(b), 0, 0, 0, 0)
#define CALL3(n, a, b, c) sys_call(n, (long)(a), (long)(b), (long)(c), 0, 0, 0)

static bool failed(long ret)
{
    return (unsigned long)ret >= -4095ul;
}

void *sys_map(size_t bytes)
{
    long p = sys_call(SYS_mmap, 0, (long)bytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return failed(p) ? NULL : (void *)p;
}

/*
 * Under vm.overcommit_memory=2 the kernel counts private writable mappings in full and ignores
 * MAP_NORESERVE; a shared mapping of an unsized memory file is counted page by page instead.
 */
static bool shared_maps; /* set before the second thread exists */

static long map_unreserved(uintptr_t addr, size_t bytes)
{
    const long flags = MAP_SHARED | (addr ? MAP_FIXED_NOREPLACE : 0);
    long fd = CALL2(SYS_memfd_create, "reprise-shadow", 1 /* MFD_CLOEXEC */);
    if (failed(fd))
        return fd;
    long p = CALL2(SYS_ftruncate, fd, bytes);
    if (!failed(p))
        p = sys_call(SYS_mmap, (long)addr, (long)bytes, PROT_READ | PROT_WRITE, flags, fd, 0);
    CALL1(SYS_close, fd);
    shared_maps |= !failed(p);
    return p;
}

bool sys_maps_are_shared(void)
{
    return shared_maps;
}

int sys_map_at(uintptr_t addr, size_t bytes)
{
    long p = sys_call(SYS_mmap, (long)addr, (long)bytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
    if (p == -ENOMEM)
        p = map_unreserved(addr, bytes);
    if (failed(p))
        return (int)p;
    if ((uintptr_t)p != addr) { /* a kernel before MAP_FIXED_NOREPLACE took it as a hint */
        sys_unmap((void *)p, bytes);
        return -EEXIST;
    }
    CALL3(SYS_madvise, addr, bytes, MADV_DONTDUMP);
    return 0;
}

void *sys_reserve(size_t bytes)
{
    long p = sys_call(SYS_mmap, 0, (long)bytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p == -ENOMEM)
        p = map_unreserved(0, bytes);
    return failed(p) ? NULL : (void *)p;
}

int sys_unmap(void *p, size_t bytes)
{
    return (int)CALL2(SYS_munmap, p, bytes);
}

int sys_discard(uintptr_t addr, size_t bytes)
{
    /* a shared mapping keeps its pages through DONTNEED; REMOVE punches them out */
    return (int)CALL3(SYS_madvise, addr, bytes, shared_maps ? MADV_REMOVE : MADV_DONTNEED);
}

int sys_futex_wait(uint32_t *word, uint32_t value)
{
    return (int)sys_call(SYS_futex, (long)word, FUTEX_WAIT_PRIVATE, value, 0, 0, 0);
}

int sys_futex_wake(uint32_t *word, int n)
{
    return (int)sys_call(SYS_futex, (long)word, FUTEX_WAKE_PRIVATE, n, 0, 0, 0);
}

void sys_yield(void)
{
    CALL0(SYS_sched_yield);
}

void sys_sleep(const struct timespec *ts)
{
    struct timespec left = *ts;
    while (CALL2(SYS_nanosleep, &left, &left) == -EINTR)
        ;
}

int sys_write_all(int fd, const void *buf, size_t n)
{
    const char *p = buf;
    while (n) {
        long w = CALL3(SYS_write, fd, p, n);
        if (w == -EINTR)
            continue;
        if (failed(w))
            return (int)w;
        p += w;
        n -= (size_t)w;
    }
    return 0;
}

int sys_open(const char *path, int flags, int mode)
{
    return (int)sys_call(SYS_openat, AT_FDCWD, (long)path, flags | O_CLOEXEC, mode, 0, 0);
}

int sys_close(int fd)
{
    return (int)CALL1(SYS_close, fd);
}

ssize_t sys_read(int fd, void *buf, size_t n)
{
    long r;
    do
        r = CALL3(SYS_read, fd, buf, n);
    while (r == -EINTR);
    return r;
}

int sys_dup_high(int fd)
{
    /* highest first: select() users and programs that count on the lowest free number */
    for (int at = 1000; at > 100; at /= 2) {
        long r = CALL3(SYS_fcntl, fd, F_DUPFD_CLOEXEC, at);
        if (r != -EINVAL)
            return (int)r;
    }
    return (int)CALL3(SYS_fcntl, fd, F_DUPFD_CLOEXEC, 3);
}

pid_t sys_pid(void)
{
    return (pid_t)CALL0(SYS_getpid);
}

pid_t sys_tid(void)
{
    return (pid_t)CALL0(SYS_gettid);
}

uint64_t sys_monotonic_ns(void)
{
    struct timespec ts;
    CALL2(SYS_clock_gettime, CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

void sys_exit(int status)
{
    for (;;)
        CALL1(SYS_exit_group, status);
}

long sys_membarrier(void)
{
    enum { PRIVATE_EXPEDITED = 8, REGISTER_PRIVATE_EXPEDITED = 16 };
    long r = CALL3(SYS_membarrier, PRIVATE_EXPEDITED, 0, 0);
    if (r == -EPERM) {
        CALL3(SYS_membarrier, REGISTER_PRIVATE_EXPEDITED, 0, 0);
        r = CALL3(SYS_membarrier, PRIVATE_EXPEDITED, 0, 0);
    }
    return r;
}

int sys_resident(uintptr_t addr, size_t bytes, unsigned char *vec)
{
    return (int)CALL3(SYS_mincore, addr, bytes, vec);
}
