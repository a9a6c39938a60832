/*
 * Signals of the program, and crashes.
 *
 * The kernel calls the runtime in place of the program's handler. When the thread is in its own
 * code (depth 0) the program's handler runs at once, and because the kernel was given the
 * program's mask and flags, everything around it is as without us: nested signals, SA_ONSTACK,
 * SA_NODEFER, SA_RESTART, siglongjmp, the siginfo and the context.
 *
 * When the thread is inside the runtime (depth > 0), the signal is put off: sent again to this
 * very thread, siginfo included, and blocked in the interrupted context; its bit in
 * rt_tls.pending makes the closing scope unblock it, so that the kernel delivers it again at
 * depth 0. No queue of our own, and nothing is lost; among queued signals of one number, one that
 * was put off goes to the end.
 *
 *     kernel ──► entry ──depth 0──► program's handler
 *                  │ depth > 0
 *                  ▼
 *          rt_tgsigqueueinfo + block ··· scope closes ··· unblock ──► kernel ──► entry ...
 *
 * Never put off are faults of the interrupted instruction (it would fault again) and SIGABRT (the
 * process ends if its handler doesn't run now).
 */
#ifndef REPRISE_RUNTIME_SIGNALS_H
#define REPRISE_RUNTIME_SIGNALS_H

#include "rt.h"

#include <signal.h>

enum { RT_SIGNALS = 64 };

/* Installs the crash handlers that the options ask for. Once, from init. */
void rt_signals_init(void);

/* A stack for crash handlers of the calling thread (use_sigaltstack), and its end. A thread that
 * brings its own keeps that. */
void rt_altstack_start(struct rt_thread *t);
void rt_altstack_end(struct rt_thread *t);
/* sigaltstack() as the program sees it. 0 or -errno. */
int rt_altstack_exchange(const stack_t *set, stack_t *old);

/* sigaction() as the program sees it; act and old may be NULL. Returns what the real function
 * returns, errno included. Any thread, any depth, also before init. */
int rt_sigaction(int sig, const struct sigaction *act, struct sigaction *old);

/* Happens-before: what t did so far is seen by handlers of sig that run from now on. */
void rt_signal_release(struct rt_thread *t, int sig);
/* t received sig by other means than a handler (sigwait, signalfd). */
void rt_signal_acquire(struct rt_thread *t, int sig);
/* The same for all timers: a timer doesn't say which signal it will send. */
void rt_timer_release(struct rt_thread *t);

/* Has the program a handler of its own for this signal, or for any? Any thread. */
bool rt_signal_has_handler(int sig);
bool rt_signals_any_handler(void);

/* For functions that a signal handler must not call, malloc above all: reports when t is in one.
 * Inside a scope. */
void rt_check_signal_unsafe(struct rt_thread *t, rt_pc pc);

/* Did one of our hooks fault, looking up shadow for a bad pointer of the program? Then *pointer is
 * that. */
bool rt_fault_in_hook(const siginfo_t *info, const ucontext_t *context, rt_addr *pointer);

/* A fatal signal that nobody handles: the report, then the end. Never returns. */
_Noreturn void rt_crash(int sig, siginfo_t *info, ucontext_t *context);
/* Does the runtime report crashes by this signal, according to the options? 0 no, 1 unless the
 * program has a handler, 2 even then. */
int rt_crash_mode(int sig);

#endif
