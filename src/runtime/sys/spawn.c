#include "spawn.h"
#include "sys.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

/*
 * A child's end is told to its parent by the signal that clone was given, until execve makes
 * that SIGCHLD. So the helper is a grandchild: the child between exits at once, silently, and
 * the helper becomes an orphan, which is init's.
 *
 * Both share our memory until the helper has called execve, and we sleep that long (as vfork
 * does): a copy of page tables as large as ours would take longer than the whole report. So
 * they may only make system calls and write to their own stacks and to this struct.
 */
struct request {
    const char *const *argv, *const *envp;
    int fd;
    bool loud;
    char *stack_end; /* of the helper */
    int error;       /* of the second clone or of execve */
};

enum { STACK_BYTES = 16384 };

#define CALL3(n, a, b, c) sys_call(n, (long)(a), (long)(b), (long)(c), 0, 0, 0)

static void reset_signals(void)
{
    static const uint64_t nothing = 0;
    struct {
        void *handler;
        unsigned long flags;
        void *restorer;
        uint64_t mask;
    } action;
    for (int signal = 1; signal <= 64; signal++) {
        bool deaf = signal == SIGINT || signal == SIGQUIT || signal == SIGHUP || signal == SIGTERM;
        action.handler = (void *)(deaf ? SIG_IGN : SIG_DFL);
        action.flags = 0;
        action.restorer = NULL;
        action.mask = 0;
        sys_call(SYS_rt_sigaction, signal, (long)&action, 0, sizeof action.mask, 0, 0);
    }
    sys_call(SYS_rt_sigprocmask, SIG_SETMASK, (long)&nothing, 0, sizeof nothing, 0, 0);
}

static void place_descriptors(const struct request *r)
{
    CALL3(SYS_dup2, r->fd, 0, 0);
    CALL3(SYS_dup2, r->fd, 1, 0);
    if (!r->loud) {
        int null = sys_open("/dev/null", O_RDWR, 0);
        CALL3(SYS_dup2, null, 2, 0);
    }
    if (CALL3(SYS_close_range, 3, ~0u, 0) < 0)
        for (int fd = 3; fd < 4096; fd++) /* a kernel before 5.9 */
            sys_close(fd);
}

/* What the program may use, as far as it may change that, is no matter of the helper's. */
static void lift_limits(void)
{
    static const int kinds[] = {RLIMIT_STACK, RLIMIT_DATA, RLIMIT_AS, RLIMIT_NOFILE, RLIMIT_CPU};
    struct rlimit limit;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (CALL3(SYS_getrlimit, kinds[i], &limit, 0) < 0 || limit.rlim_cur == limit.rlim_max)
            continue;
        limit.rlim_cur = limit.rlim_max;
        CALL3(SYS_setrlimit, kinds[i], &limit, 0);
    }
}

static int helper(void *arg)
{
    struct request *r = arg;
    reset_signals();
    lift_limits();
    place_descriptors(r);
    r->error = (int)CALL3(SYS_execve, r->argv[0], r->argv, r->envp);
    return 127;
}

#if defined(__x86_64__)
static long clone_with_stack(unsigned long flags, char *stack_end, int (*run)(void *), void *arg)
{
    void **top = (void **)(void *)stack_end;
    *--top = arg;
    *--top = (void *)run;
    long ret;
    register long r10 __asm__("r10") = 0;
    register long r8 __asm__("r8") = 0;
    __asm__ volatile("syscall\n\t"
                     "test %%rax, %%rax\n\t"
                     "jnz 1f\n\t"
                     "xor %%ebp, %%ebp\n\t"
                     "pop %%rax\n\t"
                     "pop %%rdi\n\t"
                     "call *%%rax\n\t"
                     "mov %%eax, %%edi\n\t"
                     "mov %[exit], %%eax\n\t"
                     "syscall\n\t"
                     "hlt\n"
                     "1:"
                     : "=a"(ret)
                     : "a"(SYS_clone), "D"(flags), "S"(top), "d"(0), "r"(r10),
                       "r"(r8), [exit] "i"(SYS_exit)
                     : "rcx", "r11", "memory");
    return ret;
}
#else
#error "no clone stub for this machine yet"
#endif

static int between(void *arg)
{
    struct request *r = arg;
    long pid = clone_with_stack(CLONE_VM | CLONE_VFORK, r->stack_end, helper, r);
    if (pid < 0)
        r->error = (int)pid;
    return 0;
}

static unsigned threads;

unsigned sys_threads(void)
{
    return __atomic_load_n(&threads, __ATOMIC_RELAXED);
}

void sys_threads_after_fork(void)
{
    threads = 0;
}

int sys_thread(int (*run)(void *), void *arg)
{
    const unsigned long flags =
        CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM;
    static const uint64_t all = ~0ull;
    uint64_t mask;
    char *stack = sys_map(STACK_BYTES); /* for ever */
    if (!stack)
        return -ENOMEM;
    sys_call(SYS_rt_sigprocmask, SIG_SETMASK, (long)&all, (long)&mask, sizeof mask, 0, 0);
    long tid = clone_with_stack(flags, stack + STACK_BYTES, run, arg);
    sys_call(SYS_rt_sigprocmask, SIG_SETMASK, (long)&mask, 0, sizeof mask, 0, 0);
    if (tid < 0)
        sys_unmap(stack, STACK_BYTES);
    else
        __atomic_fetch_add(&threads, 1, __ATOMIC_RELAXED);
    return tid < 0 ? (int)tid : 0;
}

int sys_spawn(const char *const *argv, const char *const *envp, int fd, bool loud)
{
    static const uint64_t all = ~0ull;
    uint64_t mask;
    char *stacks = sys_map(2 * STACK_BYTES);
    if (!stacks)
        return -ENOMEM;
    struct request r = {argv, envp, fd, loud, stacks + STACK_BYTES, 0};
    /* no signal may run a handler of the program in a child, on our memory */
    sys_call(SYS_rt_sigprocmask, SIG_SETMASK, (long)&all, (long)&mask, sizeof mask, 0, 0);
    long pid = clone_with_stack(CLONE_VM | CLONE_VFORK, stacks + 2 * STACK_BYTES, between, &r);
    if (pid > 0)
        sys_call(SYS_wait4, pid, 0, __WALL, 0, 0, 0);
    sys_call(SYS_rt_sigprocmask, SIG_SETMASK, (long)&mask, 0, sizeof mask, 0, 0);
    sys_unmap(stacks, 2 * STACK_BYTES);
    return pid > 0 ? r.error : (int)pid;
}
