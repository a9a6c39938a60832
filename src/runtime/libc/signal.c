/*
 * Signals: installing handlers, masks, sending, waiting.
 *
 * What a handler installation means is in signals.h. Everything that changes or uses the mask
 * runs outside the runtime (RT_BLOCKING): there the kernel's mask is the program's own, and
 * signals that the call lets through are delivered before it returns, as they would be.
 */
#include "../fd.h"
#include "../hook.h"
#include "../signals.h"
#include "../turn.h"
#include "pthreads.h"
#include "signal_wait.h"

#include <errno.h>
#include <pthread.h>
#include <stddef.h>
#include <sys/signalfd.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { KERNEL_SET_BYTES = 8 }; /* of a sigset_t, the part that means anything */

static void read_set(struct rt_thread *t, rt_pc pc, const sigset_t *set)
{
    if (set)
        rt_read_range(t, pc, set, KERNEL_SET_BYTES);
}

static void wrote_set(struct rt_thread *t, rt_pc pc, const sigset_t *set)
{
    if (set)
        rt_write_range(t, pc, set, KERNEL_SET_BYTES);
}

/* ---- handlers ---- */

RT_INTERCEPT(int, sigaction, (int sig, const struct sigaction *act, struct sigaction *old))
{
    RT_SCOPE(sigaction);
    if (!t)
        return rt_sigaction(sig, act, old);
    if (act) {
        rt_read_range(t, pc, act, sizeof *act);
        rt_signal_release(t, sig);
    }
    int err = rt_sigaction(sig, act, old);
    if (!err && old)
        rt_write_range(t, pc, old, sizeof *old);
    return err;
}

static uint64_t interrupts; /* siginterrupt(sig, 1) was called; atomic */

static int flags_of_signal(int sig)
{
    bool interrupt = sig >= 1 && sig <= RT_SIGNALS &&
                     __atomic_load_n(&interrupts, __ATOMIC_RELAXED) >> (sig - 1) & 1;
    return interrupt ? 0 : SA_RESTART;
}

/* The simple forms differ in flags only. */
static sighandler_t install(struct rt_thread *t, int sig, sighandler_t handler, int flags)
{
    struct sigaction act = {.sa_handler = handler, .sa_flags = flags}, old;
    if (handler == SIG_ERR) {
        errno = EINVAL;
        return SIG_ERR;
    }
    if (!(flags & SA_NODEFER))
        sigaddset(&act.sa_mask, sig);
    if (t)
        rt_signal_release(t, sig);
    return rt_sigaction(sig, &act, &old) ? SIG_ERR : old.sa_handler;
}

#define SIGNAL(name, flags)                                                                        \
    RT_INTERCEPT(sighandler_t, name, (int sig, sighandler_t handler))                              \
    {                                                                                              \
        RT_SCOPE(name);                                                                            \
        return install(t, sig, handler, flags);                                                    \
    }

sighandler_t bsd_signal(int sig, sighandler_t handler);
sighandler_t __sysv_signal(int sig, sighandler_t handler);

SIGNAL(signal, flags_of_signal(sig))
SIGNAL(bsd_signal, flags_of_signal(sig))
SIGNAL(ssignal, flags_of_signal(sig))
SIGNAL(sysv_signal, SA_RESETHAND | SA_NODEFER)
SIGNAL(__sysv_signal, SA_RESETHAND | SA_NODEFER)

RT_INTERCEPT(int, siginterrupt, (int sig, int interrupt))
{
    RT_SCOPE(siginterrupt);
    (void)t;
    struct sigaction act;
    int err = rt_sigaction(sig, NULL, &act);
    if (err)
        return err;
    if (interrupt) {
        __atomic_fetch_or(&interrupts, 1ull << (sig - 1), __ATOMIC_RELAXED);
        act.sa_flags &= ~SA_RESTART;
    } else {
        __atomic_fetch_and(&interrupts, ~(1ull << (sig - 1)), __ATOMIC_RELAXED);
        act.sa_flags |= SA_RESTART;
    }
    return rt_sigaction(sig, &act, NULL);
}

/* ---- System V ---- */

static sighandler_t sigset_impl(int sig, sighandler_t handler)
{
    sigset_t one = {0}, before;
    struct sigaction act;
    if (sigaddset(&one, sig))
        return SIG_ERR;
    bool hold = handler == SIG_HOLD;
    if (pthread_sigmask(hold ? SIG_BLOCK : SIG_UNBLOCK, &one, &before))
        return SIG_ERR;
    sighandler_t old;
    if (hold)
        old = rt_sigaction(sig, NULL, &act) ? SIG_ERR : act.sa_handler;
    else
        old = install(NULL, sig, handler, SA_NODEFER);
    return old != SIG_ERR && sigismember(&before, sig) ? SIG_HOLD : old;
}

RT_INTERCEPT(sighandler_t, sigset, (int sig, sighandler_t handler))
{
    RT_SCOPE(sigset);
    sighandler_t old;
    if (!t)
        return sigset_impl(sig, handler);
    rt_signal_release(t, sig);
    RT_BLOCKING(old = sigset_impl(sig, handler));
    return old;
}

RT_INTERCEPT(int, sigignore, (int sig))
{
    RT_SCOPE(sigignore);
    return install(t, sig, SIG_IGN, 0) == SIG_ERR ? -1 : 0;
}

/* ---- masks ---- */

/* One row a function: its type, name, parameters, arguments, the set it reads, the set it fills. */
#define MASK(type, name, params, args, in, out)                                                    \
    RT_INTERCEPT(type, name, params)                                                               \
    {                                                                                              \
        RT_SCOPE(name);                                                                            \
        if (!t)                                                                                    \
            return RT_REAL(name) args;                                                             \
        read_set(t, pc, in);                                                                       \
        type result;                                                                               \
        RT_BLOCKING(result = RT_REAL(name) args);                                                  \
        if (result == 0)                                                                           \
            wrote_set(t, pc, out);                                                                 \
        return result;                                                                             \
    }

#define NO_SET ((const sigset_t *)NULL)

int sigblock(int mask);
int sigsetmask(int mask);

MASK(int, pthread_sigmask, (int how, const sigset_t *set, sigset_t *old), (how, set, old), set, old)
MASK(int, sigprocmask, (int how, const sigset_t *set, sigset_t *old), (how, set, old), set, old)
MASK(int, sigblock, (int mask), (mask), NO_SET, NO_SET)
MASK(int, sigsetmask, (int mask), (mask), NO_SET, NO_SET)
MASK(int, sigpending, (sigset_t * set), (set), NO_SET, set)

/* ---- sets: plain memory ---- */

#define SET(name, params, args, ...)                                                               \
    RT_INTERCEPT(int, name, params)                                                                \
    {                                                                                              \
        RT_SCOPE(name);                                                                            \
        int result = RT_REAL(name) args;                                                           \
        if (t && result == 0) {                                                                    \
            __VA_ARGS__;                                                                           \
            wrote_set(t, pc, set);                                                                 \
        }                                                                                          \
        return result;                                                                             \
    }

SET(sigemptyset, (sigset_t * set), (set))
SET(sigfillset, (sigset_t * set), (set))
SET(sigandset, (sigset_t * set, const sigset_t *a, const sigset_t *b), (set, a, b),
    read_set(t, pc, a), read_set(t, pc, b))
SET(sigorset, (sigset_t * set, const sigset_t *a, const sigset_t *b), (set, a, b),
    read_set(t, pc, a), read_set(t, pc, b))

/* ---- sending ---- */

/*
 * What the sender did happens before the handler. A signal to the sender itself is marked: its
 * handler runs inside the call, as a function would.
 */
#define SEND(name, params, args, sig, to_self, uid, tid)                                           \
    RT_INTERCEPT(int, name, params)                                                                \
    {                                                                                              \
        RT_SCOPE(name);                                                                            \
        if (!t)                                                                                    \
            return RT_REAL(name) args;                                                             \
        int result, before = t->sending;                                                           \
        rt_signal_release(t, sig);                                                                 \
        if (to_self)                                                                               \
            t->sending = sig;                                                                      \
        rt_turn_point(t, pc, CORE_OP_SIGNAL, 0);                                                   \
        if (rt_controlled())                                                                       \
            rt_turn_outside_next(t);                                                               \
        RT_BLOCKING(result = RT_REAL(name) args);                                                  \
        t->sending = before;                                                                       \
        if (rt_controlled() && !(to_self))                                                         \
            rt_model_signal_sent(t, uid, tid);                                                     \
        return result;                                                                             \
    }

#define IS_ME(th) pthread_equal(th, pthread_self())

SEND(raise, (int sig), (sig), sig, true, -1u, 0)
SEND(kill, (pid_t pid, int sig), (pid, sig), sig, pid == getpid() && !rt_controlled(), -1u, 0)
SEND(killpg, (pid_t group, int sig), (group, sig), sig, false, -1u, 0)
SEND(tgkill, (pid_t pid, pid_t tid, int sig), (pid, tid, sig), sig, tid == t->os_tid, -1u, tid)
SEND(pthread_kill, (pthread_t th, int sig), (th, sig), sig, IS_ME(th), rt_pthread_uid(th), 0)
SEND(sigqueue, (pid_t pid, int sig, const union sigval value), (pid, sig, value), sig,
     pid == getpid() && !rt_controlled(), -1u, 0)
SEND(pthread_sigqueue, (pthread_t th, int sig, const union sigval value), (th, sig, value), sig,
     IS_ME(th), rt_pthread_uid(th), 0)

/* ---- waiting ---- */

RT_INTERCEPT(int, pause, (void))
{
    RT_SCOPE(pause);
    if (!t)
        return RT_REAL(pause)();
    if (rt_controlled())
        return rt_model_pause(t, pc);
    int result;
    RT_BLOCKING(result = RT_REAL(pause)());
    return result;
}

RT_INTERCEPT(int, sigsuspend, (const sigset_t *set))
{
    RT_SCOPE(sigsuspend);
    if (!t)
        return RT_REAL(sigsuspend)(set);
    read_set(t, pc, set);
    if (rt_controlled())
        return rt_model_sigsuspend(t, pc, set);
    int result;
    RT_BLOCKING(result = RT_REAL(sigsuspend)(set));
    return result;
}

RT_INTERCEPT(int, sigwait, (const sigset_t *set, int *sig))
{
    RT_SCOPE(sigwait);
    if (!t)
        return RT_REAL(sigwait)(set, sig);
    read_set(t, pc, set);
    int err = 0;
    if (rt_controlled()) {
        while ((*sig = rt_model_sigwait(t, pc, set, NULL, RT_NEVER)) < 0)
            RT_BLOCKING((void)0); /* handlers run; sigwait goes on */
    } else {
        RT_BLOCKING(err = RT_REAL(sigwait)(set, sig));
    }
    if (!err) {
        rt_write_range(t, pc, sig, sizeof *sig);
        rt_signal_acquire(t, *sig);
    }
    return err;
}

#define WAIT_INFO(name, params, args, deadline)                                                    \
    RT_INTERCEPT(int, name, params)                                                                \
    {                                                                                              \
        RT_SCOPE(name);                                                                            \
        if (!t)                                                                                    \
            return RT_REAL(name) args;                                                             \
        read_set(t, pc, set);                                                                      \
        int sig;                                                                                   \
        if (rt_controlled())                                                                       \
            sig = rt_model_sigwait(t, pc, set, info, deadline);                                    \
        else                                                                                       \
            RT_BLOCKING(sig = RT_REAL(name) args);                                                 \
        if (sig > 0) {                                                                             \
            if (info)                                                                              \
                rt_write_range(t, pc, info, sizeof *info);                                         \
            rt_signal_acquire(t, sig);                                                             \
        }                                                                                          \
        return sig;                                                                                \
    }

WAIT_INFO(sigwaitinfo, (const sigset_t *set, siginfo_t *info), (set, info), RT_NEVER)
WAIT_INFO(sigtimedwait, (const sigset_t *set, siginfo_t *info, const struct timespec *timeout),
          (set, info, timeout),
          timeout ? rt_clock_after_ns((uint64_t)timeout->tv_sec * 1000000000u +
                                      (uint64_t)timeout->tv_nsec)
                  : RT_NEVER)

RT_INTERCEPT(int, signalfd, (int fd, const sigset_t *set, int flags))
{
    RT_SCOPE(signalfd);
    if (t && set)
        read_set(t, pc, set);
    int result = RT_REAL(signalfd)(fd, set, flags);
    if (t && result >= 0 && fd == -1)
        rt_fd_create_as(t, pc, result, RT_FD_SIGNAL);
    return result;
}

/* ---- stacks ---- */

RT_INTERCEPT(int, sigaltstack, (const stack_t *set, stack_t *old))
{
    RT_SCOPE(sigaltstack);
    if (t && set)
        rt_read_range(t, pc, set, sizeof *set);
    int err = rt_altstack_exchange(set, old);
    if (err) {
        errno = -err;
        return -1;
    }
    if (t && old)
        rt_write_range(t, pc, old, sizeof *old);
    return 0;
}
