#include "sys.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/resource.h>
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

#define CALL0(n)             sys_call(n, 0, 0, 0, 0, 0, 0)
#define CALL1(n, a)          sys_call(n, (long)(a), 0, 0, 0, 0, 0)
#define CALL2(n, a, b)       sys_call(n, (long)(a), (long)(b), 0, 0, 0, 0)
#define CALL3(n, a, b, c)    sys_call(n, (long)(a), (long)(b), (long)(c), 0, 0, 0)
#define CALL4(n, a, b, c, d) sys_call(n, (long)(a), (long)(b), (long)(c), (long)(d), 0, 0)

static bool failed(long ret)
{
    return (unsigned long)ret >= -4095ul;
}

static long map_private(uintptr_t addr, size_t bytes)
{
    const long flags =
        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | (addr ? MAP_FIXED_NOREPLACE : 0);
    return sys_call(SYS_mmap, (long)addr, (long)bytes, PROT_READ | PROT_WRITE, flags, -1, 0);
}

void *sys_map(size_t bytes)
{
    long p = map_private(0, bytes);
    return failed(p) ? NULL : (void *)p;
}

/*
 * Under vm.overcommit_memory=2 the kernel counts private writable mappings in full and ignores
 * MAP_NORESERVE, and so does RLIMIT_DATA; a shared mapping of an unsized memory file is counted
 * page by page instead. It costs more to fill, and a child of fork shares it.
 */
static bool prefer_shared;    /* private maps are, or were, refused or counted */
static bool shared_maps;      /* there is one. Both are set before the second thread exists */
static bool dump_maps;        /* they belong into core files */
static size_t large_bytes[2]; /* private, shared */

size_t sys_large_bytes(bool shared_too)
{
    return large_bytes[0] + (shared_too ? large_bytes[1] : 0);
}

void sys_dump_maps(bool wanted)
{
    dump_maps = wanted;
}

static rlim_t limit_of(int what)
{
    struct rlimit limit;
    long err = sys_call(SYS_prlimit64, 0, what, 0, (long)&limit, 0, 0);
    return err ? RLIM_INFINITY : limit.rlim_cur;
}

static long map_shared(uintptr_t addr, size_t bytes)
{
    const long flags = MAP_SHARED | (addr ? MAP_FIXED_NOREPLACE : 0);
    if (limit_of(RLIMIT_FSIZE) < bytes) /* it would send the program a SIGXFSZ */
        return -ENOMEM;
    long fd = CALL2(SYS_memfd_create, "reprise-shadow", 1 /* MFD_CLOEXEC */);
    if (failed(fd))
        return fd;
    long p = CALL2(SYS_ftruncate, fd, bytes);
    if (!failed(p))
        p = sys_call(SYS_mmap, (long)addr, (long)bytes, PROT_READ | PROT_WRITE, flags, fd, 0);
    CALL1(SYS_close, fd);
    return p;
}

/* At addr, or anywhere when that is 0. *shared says which kind it became. */
static long map_large(uintptr_t addr, size_t bytes, bool *shared)
{
    long p = -ENOMEM;
    prefer_shared = prefer_shared || limit_of(RLIMIT_DATA) != RLIM_INFINITY;
    if (!prefer_shared)
        p = map_private(addr, bytes);
    prefer_shared |= p == -ENOMEM;
    *shared = p == -ENOMEM;
    if (*shared)
        p = map_shared(addr, bytes);
    if (*shared && failed(p)) { /* no memory files here */
        *shared = false;
        p = map_private(addr, bytes);
    }
    shared_maps |= *shared;
    if (!failed(p))
        large_bytes[*shared] += bytes;
    return p;
}

static void mark_ours(uintptr_t addr, size_t bytes)
{
    if (!dump_maps)
        CALL3(SYS_madvise, addr, bytes, MADV_DONTDUMP);
}

bool sys_maps_are_shared(void)
{
    return shared_maps;
}

int sys_map_at(uintptr_t addr, size_t bytes)
{
    bool shared;
    long p = map_large(addr, bytes, &shared);
    if (failed(p))
        return (int)p;
    if ((uintptr_t)p != addr) { /* a kernel before MAP_FIXED_NOREPLACE took it as a hint */
        sys_unmap((void *)p, bytes);
        return -EEXIST;
    }
    mark_ours(addr, bytes);
    return 0;
}

enum { LARGE_MAX = 4 };

static struct {
    uintptr_t low, high;
} large[LARGE_MAX]; /* filled by init */
static uint32_t nlarge;

void *sys_map_large(size_t bytes)
{
    void *p = prefer_shared || nlarge == LARGE_MAX ? NULL : sys_map(bytes);
    if (p) {
        mark_ours((uintptr_t)p, bytes);
        large_bytes[0] += bytes;
        large[nlarge].low = (uintptr_t)p;
        large[nlarge++].high = (uintptr_t)p + bytes;
    }
    return p;
}

bool sys_next_large(uintptr_t addr, uintptr_t *next)
{
    *next = UINTPTR_MAX;
    for (uint32_t i = 0; i < nlarge; i++) {
        if (large[i].low <= addr && addr < large[i].high) {
            *next = large[i].high;
            return true;
        }
        if (addr < large[i].low && large[i].low < *next)
            *next = large[i].low;
    }
    return false;
}

/* ---- reserved tables ---- */

enum { TABLES_MAX = 32, PAGE = 4096, PAGES_AT_ONCE = 1024 };

static struct table {
    uintptr_t at;
    size_t bytes;
    bool shared;
    const char *what;
    uintptr_t copy;   /* for the child, while a fork is under way */
} tables[TABLES_MAX]; /* filled by init, constant afterwards */
static uint32_t ntables;

void *sys_reserve(const char *what, size_t bytes)
{
    bytes = (bytes + PAGE - 1) & ~(size_t)(PAGE - 1);
    if (ntables == TABLES_MAX)
        return NULL;
    bool shared;
    long p = map_large(0, bytes, &shared);
    if (failed(p))
        return NULL;
    mark_ours((uintptr_t)p, bytes);
    tables[ntables++] = (struct table){(uintptr_t)p, bytes, shared, what, 0};
    return (void *)p;
}

bool sys_is_reserved(uintptr_t addr)
{
    for (uint32_t i = 0; i < ntables; i++)
        if (addr - tables[i].at < tables[i].bytes)
            return true;
    return false;
}

size_t sys_resident_bytes(uintptr_t addr, size_t bytes)
{
    unsigned char vec[PAGES_AT_ONCE];
    size_t pages = 0;
    for (size_t at = 0; at < bytes; at += PAGES_AT_ONCE * PAGE) {
        size_t n = bytes - at < PAGES_AT_ONCE * PAGE ? bytes - at : PAGES_AT_ONCE * PAGE;
        if (sys_resident(addr + at, n, vec))
            continue;
        for (size_t i = 0; i < n / PAGE; i++)
            pages += vec[i] & 1;
    }
    return pages * PAGE;
}

bool sys_reserved(uint32_t i, const char **what, size_t *resident)
{
    if (i >= ntables)
        return false;
    *what = tables[i].what;
    *resident = sys_resident_bytes(tables[i].at, tables[i].bytes);
    return true;
}

static void copy_page(uintptr_t to, uintptr_t from)
{
    for (size_t i = 0; i < PAGE / sizeof(uint64_t); i++)
        ((uint64_t *)to)[i] = ((const uint64_t *)from)[i];
}

/* Pages that nobody touched are left out: reading one would fill it. A page that is swapped out
 * at this moment counts as untouched; the tables read zeros there as "unknown". */
static void copy_touched(uintptr_t to, uintptr_t from, size_t bytes)
{
    unsigned char touched[PAGES_AT_ONCE];
    for (size_t at = 0; at < bytes; at += PAGES_AT_ONCE * PAGE) {
        size_t n = bytes - at < PAGES_AT_ONCE * PAGE ? bytes - at : PAGES_AT_ONCE * PAGE;
        if (sys_resident(from + at, n, touched))
            continue;
        for (size_t i = 0; i < n / PAGE; i++)
            if (touched[i] & 1)
                copy_page(to + at + i * PAGE, from + at + i * PAGE);
    }
}

int sys_fork_before(void)
{
    for (uint32_t i = 0; i < ntables; i++) {
        if (!tables[i].shared)
            continue;
        long p = map_shared(0, tables[i].bytes);
        if (failed(p)) {
            sys_fork_parent();
            return (int)p;
        }
        mark_ours((uintptr_t)p, tables[i].bytes);
        tables[i].copy = (uintptr_t)p;
        copy_touched(tables[i].copy, tables[i].at, tables[i].bytes);
    }
    return 0;
}

void sys_fork_parent(void)
{
    for (uint32_t i = 0; i < ntables; i++) {
        if (tables[i].copy)
            sys_unmap((void *)tables[i].copy, tables[i].bytes);
        tables[i].copy = 0;
    }
}

void sys_fork_child(void)
{
    for (uint32_t i = 0; i < ntables; i++) {
        if (tables[i].copy)
            sys_call(SYS_mremap, (long)tables[i].copy, (long)tables[i].bytes, (long)tables[i].bytes,
                     MREMAP_MAYMOVE | MREMAP_FIXED, (long)tables[i].at, 0);
        tables[i].copy = 0;
    }
}

int sys_unmap(void *p, size_t bytes)
{
    return (int)CALL2(SYS_munmap, p, bytes);
}

int sys_claim(uintptr_t addr, size_t bytes)
{
    const long flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE;
    long p = sys_call(SYS_mmap, (long)addr, (long)bytes, PROT_NONE, flags, -1, 0);
    if (!failed(p) && (uintptr_t)p != addr) { /* an older kernel, see above */
        sys_unmap((void *)p, bytes);
        return -EEXIST;
    }
    return failed(p) ? (int)p : 0;
}

int sys_discard(uintptr_t addr, size_t bytes)
{
    /* a shared mapping keeps its pages through DONTNEED; REMOVE punches them out, and refuses
     * private ones, of which there are some even then */
    if (shared_maps && CALL3(SYS_madvise, addr, bytes, MADV_REMOVE) == 0)
        return 0;
    return (int)CALL3(SYS_madvise, addr, bytes, MADV_DONTNEED);
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

/* To a point in time: who sleeps for what is left after each signal gets nowhere when they come
 * faster than it falls asleep, as Go's do that ask a thread to stop. */
void sys_sleep(const struct timespec *ts)
{
    uint64_t until =
        sys_monotonic_ns() + (uint64_t)ts->tv_sec * 1000000000u + (uint64_t)ts->tv_nsec;
    const struct timespec then = {(time_t)(until / 1000000000u), (long)(until % 1000000000u)};
    while (CALL4(SYS_clock_nanosleep, CLOCK_MONOTONIC, TIMER_ABSTIME, &then, 0) == -EINTR)
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

static size_t put_number(char *to, unsigned n)
{
    char digits[12];
    size_t count = 0, length;
    do
        digits[count++] = (char)('0' + n % 10);
    while (n /= 10);
    for (length = count; count-- > 0;)
        *to++ = digits[count];
    return length;
}

char sys_task_state(pid_t tid)
{
    char path[64] = "/proc/self/task/", stat[512];
    static const char rest[] = "/stat";
    char *end = path + sizeof "/proc/self/task/" - 1;
    end += put_number(end, (unsigned)tid);
    for (size_t i = 0; i < sizeof rest; i++)
        end[i] = rest[i];
    int fd = sys_open(path, O_RDONLY | O_CLOEXEC, 0);
    if (fd < 0)
        return 0;
    ssize_t n = sys_read(fd, stat, sizeof stat - 1);
    sys_close(fd);
    while (n > 0 && stat[n - 1] != ')') /* the name may hold anything */
        n--;
    return n > 0 ? stat[n + 1] : 0;
}

void sys_clock(clockid_t clock, struct timespec *now)
{
    CALL2(SYS_clock_gettime, clock, now);
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
