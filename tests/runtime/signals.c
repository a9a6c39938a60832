/* Signals as the program sees them: handlers, masks, stacks; and what is put off. */
#include "../check.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "runtime/hook.h"
#include "runtime/rt.h"

static int calls, last_value, last_code;
static bool was_masked, other_was_masked, on_altstack;
static char altstack[1 << 16];

static void handler(int sig, siginfo_t *info, void *context)
{
    sigset_t now;
    char here;
    (void)context;
    calls++;
    last_value = info->si_value.sival_int;
    last_code = info->si_code;
    pthread_sigmask(SIG_BLOCK, NULL, &now);
    was_masked = sigismember(&now, sig);
    other_was_masked = sigismember(&now, SIGUSR2);
    on_altstack = &here >= altstack && &here < altstack + sizeof altstack;
}

static void install(int sig, int flags, bool mask_other)
{
    struct sigaction act = {.sa_flags = SA_SIGINFO | flags};
    act.sa_sigaction = handler;
    if (mask_other)
        sigaddset(&act.sa_mask, SIGUSR2);
    CHECK_EQ(sigaction(sig, &act, NULL), 0);
    calls = 0;
}

static bool is_blocked(int sig)
{
    sigset_t now;
    pthread_sigmask(SIG_BLOCK, NULL, &now);
    return sigismember(&now, sig);
}

static void test_old_action(void)
{
    struct sigaction old;
    CHECK_EQ(sigaction(SIGSEGV, NULL, &old), 0); /* the runtime's own handler doesn't show */
    CHECK(old.sa_handler == SIG_DFL);
    install(SIGUSR1, SA_RESTART, true);
    CHECK_EQ(sigaction(SIGUSR1, NULL, &old), 0);
    CHECK(old.sa_sigaction == handler);
    CHECK_EQ(old.sa_flags & (SA_SIGINFO | SA_RESTART | SA_RESETHAND), SA_SIGINFO | SA_RESTART);
    CHECK(sigismember(&old.sa_mask, SIGUSR2));
    CHECK((uintptr_t)signal(SIGUSR1, SIG_IGN) == (uintptr_t)handler);
    raise(SIGUSR1);
    CHECK_EQ(calls, 0);
    CHECK(signal(SIGUSR1, SIG_DFL) == SIG_IGN);
    errno = 0;
    CHECK_EQ(sigaction(SIGKILL, &old, NULL), -1);
    CHECK_EQ(errno, EINVAL);
}

static void test_masks(void)
{
    install(SIGUSR1, 0, true);
    raise(SIGUSR1);
    CHECK_EQ(calls, 1);
    CHECK(was_masked && other_was_masked);
    install(SIGUSR1, SA_NODEFER, false);
    raise(SIGUSR1);
    CHECK_EQ(calls, 1);
    CHECK(!was_masked && !other_was_masked);
    CHECK(!is_blocked(SIGUSR1));
}

static void test_reset_hand(void)
{
    struct sigaction old;
    install(SIGUSR1, SA_RESETHAND, false);
    raise(SIGUSR1);
    CHECK_EQ(calls, 1);
    sigaction(SIGUSR1, NULL, &old);
    CHECK(old.sa_handler == SIG_DFL);
}

static void test_alternate_stack(void)
{
    stack_t mine = {.ss_sp = altstack, .ss_size = sizeof altstack}, old;
    CHECK_EQ(sigaltstack(NULL, &old), 0);
    CHECK_EQ(old.ss_flags, SS_DISABLE);
    CHECK_EQ(sigaltstack(&mine, NULL), 0);
    install(SIGUSR1, SA_ONSTACK, false);
    raise(SIGUSR1);
    CHECK(on_altstack);
    mine.ss_flags = SS_DISABLE;
    CHECK_EQ(sigaltstack(&mine, &old), 0);
    CHECK(old.ss_sp == altstack);
    CHECK_EQ(sigaltstack(NULL, &old), 0);
    CHECK_EQ(old.ss_flags, SS_DISABLE);
}

/* Sends without any hook, as another process would. */
static void send_raw(int sig, int value)
{
    siginfo_t info = {.si_signo = sig, .si_code = SI_QUEUE};
    info.si_pid = getpid();
    info.si_value.sival_int = value;
    syscall(SYS_rt_tgsigqueueinfo, getpid(), gettid(), sig, &info);
}

static void put_off(int sig, int flags)
{
    struct rt_scope s;
    install(sig, flags, false);
    CHECK(rt_scope_enter_bare(&s) != NULL);
    for (int i = 1; i <= 3; i++)
        send_raw(sig, i);
    CHECK_EQ(calls, 0);
    CHECK(rt_tls.pending != 0);
    rt_scope_leave_bare(&s);
    CHECK(rt_tls.pending == 0);
    CHECK(!is_blocked(sig));
    CHECK_EQ(last_code, SI_QUEUE);
}

static void test_put_off(void)
{
    put_off(SIGUSR1, 0);
    CHECK_EQ(calls, 1); /* the kernel keeps one of a kind */
    put_off(SIGUSR1, SA_NODEFER);
    CHECK_EQ(calls, 1);
    put_off(SIGRTMIN + 1, 0);
    CHECK_EQ(calls, 3);
}

static void test_put_off_is_invisible(void)
{
    struct rt_scope s;
    uint64_t mask;
    install(SIGUSR1, 0, false);
    rt_scope_enter_bare(&s);
    send_raw(SIGUSR1, 7);
    rt_signals_block(&mask);
    CHECK_EQ(mask & 1u << (SIGUSR1 - 1), 0);
    rt_signals_restore(&mask);
    CHECK_EQ(calls, 0);
    struct rt_blocking b = rt_blocking_begin(s.thread); /* out of the runtime: now */
    CHECK_EQ(calls, 1);
    CHECK(!is_blocked(SIGUSR1));
    rt_blocking_end(&b);
    rt_scope_leave_bare(&s);
    CHECK_EQ(calls, 1);
    CHECK_EQ(last_value, 7);
}

static void test_state_after_handler(void)
{
    struct rt_thread *t = rt_self();
    struct rt_frame *top = rt_tls.top, frame = {.pc = 0x1234};
    install(SIGUSR1, 0, false);
    t->ignore_sync = 1;
    *top = frame; /* a push that was interrupted half-way */
    syscall(SYS_tgkill, getpid(), gettid(), SIGUSR1);
    CHECK_EQ(calls, 1);
    CHECK(rt_tls.top == top);
    CHECK_EQ(top->pc, 0x1234);
    CHECK_EQ(t->ignore_sync, 1);
    CHECK_EQ(t->in_handler, 0);
    t->ignore_sync = 0;
}

int main(void)
{
    RUN(test_old_action);
    RUN(test_masks);
    RUN(test_reset_hand);
    RUN(test_alternate_stack);
    RUN(test_put_off);
    RUN(test_put_off_is_invisible);
    RUN(test_state_after_handler);
    return check_done();
}
