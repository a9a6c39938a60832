/*
 * Processes: fork and its relatives, starting programs, waiting for their end.
 *
 * fork itself needs no interceptor but for signals and the frame in reports: fork.h registers
 * handlers. Nothing orders memory between processes, so waiting for a child orders nothing; and
 * findings are written when they are made, so exec loses none.
 */
#include "../fork.h"
#include "../pin.h"
#include "stream.h"

#include <sched.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* vfork_x86_64.S knows these numbers. */
_Static_assert(offsetof(struct rt_tls, top) == 8, "RT_TLS_TOP");
_Static_assert(offsetof(struct rt_tls, depth) == 24, "RT_TLS_DEPTH");
_Static_assert(RT_DEPTH_VFORK == 1 << 20, "DEPTH_VFORK");

/* Runs the program's atfork handlers. */
RT_INTERCEPT(pid_t, fork, (void))
{
    RT_SCOPE(fork);
    if (!t)
        return RT_REAL(fork)();
    pid_t pid;
    RT_BLOCKING(pid = RT_REAL(fork)());
    return pid;
}

static void after_fork(pid_t pid)
{
    if (pid == 0)
        rt_fork_child();
    else
        rt_fork_parent();
}

/* The one that runs no handlers, ours included. */
pid_t _Fork(void);

RT_INTERCEPT(pid_t, _Fork, (void))
{
    RT_SCOPE(_Fork);
    if (!t)
        return RT_REAL(_Fork)();
    rt_fork_before();
    pid_t pid = RT_REAL(_Fork)();
    after_fork(pid);
    return pid;
}

/* ---- clone ---- */

struct clone_start {
    int (*run)(void *);
    void *arg;
};

/* With memory of its own: a fork that goes on elsewhere. */
static int run_forked(void *p)
{
    struct clone_start start = *(struct clone_start *)p;
    rt_fork_child();
    /* the scope of clone's interceptor stays behind in the parent's stack */
    struct rt_scope s = {.thread = rt_self()};
    rt_scope_leave_bare(&s);
    return start.run(start.arg);
}

/* In its parent's memory, while the parent waits: as the child of vfork. */
static int run_vforked(void *p)
{
    struct clone_start start = *(struct clone_start *)p;
    rt_tls.depth += RT_DEPTH_VFORK;
    return start.run(start.arg);
}

typedef int clone_fn(int (*)(void *), void *, int, void *, ...);

static int clone_vfork(clone_fn *real, struct clone_start *start, void *stack, int flags,
                       pid_t *parent_tid, void *tls, pid_t *child_tid)
{
    int depth = rt_tls.depth;
    struct rt_frame *top = rt_tls.top;
    int pid = real(run_vforked, stack, flags, start, parent_tid, tls, child_tid);
    rt_tls.depth = depth;
    rt_tls.top = top;
    return pid;
}

static int clone_fork(clone_fn *real, struct clone_start *start, void *stack, int flags,
                      pid_t *parent_tid, void *tls, pid_t *child_tid)
{
    rt_fork_before();
    int pid = real(run_forked, stack, flags, start, parent_tid, tls, child_tid);
    rt_fork_parent();
    return pid;
}

/* A new thread of this process, made by hand, has thread-local variables of its own or shares
 * its creator's: either way the runtime doesn't follow it. */
RT_INTERCEPT(int, clone, (int (*run)(void *), void *stack, int flags, void *arg, ...))
{
    va_list ap;
    va_start(ap, arg);
    pid_t *parent_tid = va_arg(ap, pid_t *);
    void *tls = va_arg(ap, void *);
    pid_t *child_tid = va_arg(ap, pid_t *);
    va_end(ap);
    RT_SCOPE(clone);
    struct clone_start start = {run, arg};
    if (t && !(flags & CLONE_VM))
        return clone_fork(RT_REAL(clone), &start, stack, flags, parent_tid, tls, child_tid);
    if (t && flags & CLONE_VFORK && !(flags & CLONE_SETTLS))
        return clone_vfork(RT_REAL(clone), &start, stack, flags, parent_tid, tls, child_tid);
    return RT_REAL(clone)(run, stack, flags, arg, parent_tid, tls, child_tid);
}

/* ---- starting programs ---- */

static void read_strings(struct rt_thread *t, rt_pc pc, char *const *list)
{
    size_t n = 0;
    if (!list)
        return;
    for (; list[n]; n++)
        IN_S(list[n])
    IN(list, (n + 1) * sizeof *list)
}

/* A row stays a row. */
/* clang-format off */

#define STRINGS(list) read_strings(t, pc, list);

/* What is started here may run on any processor. */
#define START(x)                                                                                   \
    do {                                                                                           \
        rt_pin_release(0);                                                                         \
        BLOCK(x);                                                                                  \
        rt_pin_thread(0);                                                                          \
    } while (0)

ROW(int, posix_spawn,
    (pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
     const posix_spawnattr_t *attr, char *const argv[], char *const envp[]),
    (pid, path, actions, attr, argv, envp), START, IN_S(path) STRINGS(argv) STRINGS(envp), r == 0,
    PUT(pid))
ROW(int, posix_spawnp,
    (pid_t *pid, const char *file, const posix_spawn_file_actions_t *actions,
     const posix_spawnattr_t *attr, char *const argv[], char *const envp[]),
    (pid, file, actions, attr, argv, envp), START, IN_S(file) STRINGS(argv) STRINGS(envp), r == 0,
    PUT(pid))
/* One end of a pipe to a process that nobody follows. */
ROW(FILE *, popen, (const char *command, const char *mode), (command, mode), START,
    IN_S(command) IN_S(mode), r, NEW_FD(rt_stream_fd(r), EVENT))
ROW(int, pclose, (FILE *f), (f), BLOCK, rt_fd_close(t, pc, rt_stream_fd(f));, false, )
ROW(int, system, (const char *command), (command), START, IN_S(command), false, )

/* ---- waiting ---- */

#define PATIENTLY rt_turn_outside_patiently(t);

ROW(pid_t, wait, (int *status), (status), BLOCK, PATIENTLY, r > 0, PUT(status))
ROW(pid_t, waitpid, (pid_t pid, int *status, int options), (pid, status, options), BLOCK, PATIENTLY,
    r > 0, PUT(status))
ROW(pid_t, wait3, (int *status, int options, struct rusage *usage), (status, options, usage),
    BLOCK, PATIENTLY, r > 0, PUT(status) PUT(usage))
ROW(pid_t, wait4, (pid_t pid, int *status, int options, struct rusage *usage),
    (pid, status, options, usage), BLOCK, PATIENTLY, r > 0, PUT(status) PUT(usage))
ROW(int, waitid, (idtype_t type, id_t id, siginfo_t *info, int options), (type, id, info, options),
    BLOCK, PATIENTLY, r == 0, PUT(info))
