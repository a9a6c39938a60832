#include "signal_wait.h"

#include "../hook.h"
#include "../sys/sys.h"
#include "../turn.h"

#include <errno.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>

enum { SET_BYTES = 8, SETTLE_LOOKS = 100 };

static void change_mask(const void *set, uint64_t *old)
{
    sys_call(SYS_rt_sigprocmask, SIG_SETMASK, (long)set, (long)old, SET_BYTES, 0, 0);
}

/* Until a handler has run or is about to. */
static void wait_for_handler(struct rt_thread *t, rt_pc pc)
{
    struct rt_wait w = {
        .op = CORE_OP_SIGNAL, .deadline_ns = RT_NEVER, .interruptible = true, .cancellable = true};
    while (rt_turn_wait(t, pc, &w) == RT_WOKE)
        ;
}

int rt_model_pause(struct rt_thread *t, rt_pc pc)
{
    wait_for_handler(t, pc);
    errno = EINTR;
    return -1;
}

/* The handlers run under the mask that was asked for, so they run before the old one is back. */
int rt_model_sigsuspend(struct rt_thread *t, rt_pc pc, const sigset_t *mask)
{
    uint64_t old;
    change_mask(mask, &old);
    wait_for_handler(t, pc);
    RT_PROGRAM((void)0);
    change_mask(&old, NULL);
    errno = EINTR;
    return -1;
}

static int take(const sigset_t *set, siginfo_t *info)
{
    const struct timespec none = {0, 0};
    return (int)sys_call(SYS_rt_sigtimedwait, (long)set, (long)info, (long)&none, SET_BYTES, 0, 0);
}

int rt_model_sigwait(struct rt_thread *t, rt_pc pc, const sigset_t *set, siginfo_t *info,
                     uint64_t deadline_ns)
{
    siginfo_t any;
    int sig;
    /* a descriptor says when one is there that was sent to the process from outside */
    int fd =
        (int)sys_call(SYS_signalfd4, -1, (long)set, SET_BYTES, SFD_CLOEXEC | SFD_NONBLOCK, 0, 0);
    rt_turn_point(t, pc, CORE_OP_SIGNAL, 0);
    while ((sig = take(set, info ? info : &any)) < 0) {
        enum rt_woke woke = rt_turn_wait_fd(t, pc, fd, POLLIN, deadline_ns);
        if (woke == RT_WOKE_TIMEOUT || rt_tls.pending)
            break;
    }
    if (fd >= 0)
        sys_close(fd);
    if (sig >= 0)
        return sig;
    errno = rt_tls.pending ? EINTR : EAGAIN;
    return -1;
}

void rt_model_signal_sent(struct rt_thread *t, uint32_t uid, pid_t tid)
{
    struct rt_thread *target = rt_turn_find(uid, tid);
    if (target) {
        if (target != t)
            rt_turn_interrupt(t, target);
        return;
    }
    /* the kernel has chosen one: it gets the time to put the signal off and say so */
    for (int i = 0; i < SETTLE_LOOKS && !rt_tls.pending && !rt_turn_interrupt_pending(t); i++)
        sys_yield();
    rt_turn_fd_changed(t);
}
