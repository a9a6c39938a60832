#include "signals.h"

#include "fd.h"
#include "finding.h"
#include "hook.h"
#include "options.h"
#include "report_json.h"
#include "shadow_map.h"
#include "stack.h"
#include "sys/sys.h"
#include "turn.h"

#include <dlfcn.h>
#include <errno.h>
#include <sys/syscall.h>

/* ---- masks, as the kernel has them ---- */

static uint64_t bit_of(int sig)
{
    return 1ull << (sig - 1);
}

static void change_mask(int how, uint64_t set, uint64_t *old)
{
    sys_call(SYS_rt_sigprocmask, how, (long)&set, (long)old, sizeof set, 0, 0);
}

void rt_signals_block(uint64_t *mask)
{
    change_mask(SIG_SETMASK, ~0ull, mask);
    *mask &= ~rt_tls.pending;
}

void rt_signals_restore(const uint64_t *mask)
{
    change_mask(SIG_SETMASK, *mask | rt_tls.pending, NULL);
}

/* ---- what the program has installed ---- */

/*
 * One word a signal says what entry() has to do, so that it can be read without a lock:
 * the handler's address, with RESET_HAND for SA_RESETHAND. 0 is SIG_DFL, 1 is SIG_IGN.
 * The whole action, as the program gave it, is kept beside it for sigaction's old value.
 */
#define RESET_HAND (1ull << 63)

static uint64_t target[RT_SIGNALS + 1];        /* atomic */
static struct sigaction given[RT_SIGNALS + 1]; /* under lock */
static core_lock lock; /* taken with all signals blocked: handlers call sigaction, too */

/* Addresses that carry the clocks of those who sent or installed. */
static char sync_of[RT_SIGNALS + 1], sync_of_timers;

static void entry(int sig, siginfo_t *info, void *context);

typedef int sigaction_fn(int, const struct sigaction *, struct sigaction *);

static int real_sigaction(int sig, const struct sigaction *act, struct sigaction *old)
{
    static sigaction_fn *real; /* every writer writes the same */
    if (!real) {
        rt_tls.depth++; /* dlsym may allocate */
        real = (sigaction_fn *)dlsym(RTLD_NEXT, "sigaction");
        rt_tls.depth--;
    }
    return real(sig, act, old);
}

static bool is_function(const struct sigaction *a)
{
    return a->sa_handler != SIG_DFL && a->sa_handler != SIG_IGN;
}

static bool is_ours(const struct sigaction *a)
{
    return a->sa_flags & SA_SIGINFO && a->sa_sigaction == entry;
}

static uint64_t target_for(const struct sigaction *a)
{
    return (uint64_t)(uintptr_t)a->sa_handler |
           (is_function(a) && a->sa_flags & SA_RESETHAND ? RESET_HAND : 0);
}

/* SA_RESETHAND is done by entry: the kernel would take it at the first, possibly put off try. */
static struct sigaction for_kernel(const struct sigaction *act)
{
    struct sigaction k = *act;
    if (is_function(act)) {
        k.sa_sigaction = entry;
        k.sa_flags = (act->sa_flags | SA_SIGINFO) & ~SA_RESETHAND;
    }
    return k;
}

static int exchange(int sig, const struct sigaction *act, struct sigaction *old)
{
    struct sigaction kernel_act, kernel_old;
    if (act)
        kernel_act = for_kernel(act);
    int result = real_sigaction(sig, act ? &kernel_act : NULL, &kernel_old);
    if (result)
        return result;
    if (old)
        *old = is_ours(&kernel_old) ? given[sig] : kernel_old;
    if (act) {
        given[sig] = *act;
        /* release: entry finds what the program prepared for its handler */
        __atomic_store_n(&target[sig], target_for(act), __ATOMIC_RELEASE);
    }
    return 0;
}

int rt_sigaction(int sig, const struct sigaction *act, struct sigaction *old)
{
    if (sig < 1 || sig > RT_SIGNALS || rt_tls.depth >= RT_DEPTH_VFORK)
        return real_sigaction(sig, act, old); /* in a vfork child the table is the parent's */
    if (rt_crash_mode(sig) == 2)
        act = NULL;
    uint64_t mask;
    rt_signals_block(&mask);
    core_lock_acquire(&lock);
    int result = exchange(sig, act, old);
    core_lock_release(&lock);
    rt_signals_restore(&mask);
    return result;
}

bool rt_signal_has_handler(int sig)
{
    return __atomic_load_n(&target[sig], __ATOMIC_RELAXED) > (uintptr_t)SIG_IGN;
}

bool rt_signals_any_handler(void)
{
    int sig = 1;
    while (sig <= RT_SIGNALS && !rt_signal_has_handler(sig))
        sig++;
    return sig <= RT_SIGNALS;
}

/* ---- happens-before ---- */

void rt_signal_release(struct rt_thread *t, int sig)
{
    if (sig < 1 || sig > RT_SIGNALS)
        return;
    rt_release(t, (rt_addr)&sync_of[sig]);
    rt_fd_signal_sent(t);
}

void rt_signal_acquire(struct rt_thread *t, int sig)
{
    if (sig >= 1 && sig <= RT_SIGNALS)
        rt_acquire(t, (rt_addr)&sync_of[sig]);
}

void rt_timer_release(struct rt_thread *t)
{
    rt_release(t, (rt_addr)&sync_of_timers);
    rt_fd_signal_sent(t);
}

static bool is_timer(int sig, const siginfo_t *info)
{
    return info->si_code == SI_TIMER || sig == SIGALRM || sig == SIGVTALRM || sig == SIGPROF;
}

static void acquire(struct rt_thread *t, int sig, const siginfo_t *info)
{
    struct rt_scope s __attribute__((cleanup(rt_scope_leave_bare)));
    if (!rt_scope_enter_bare(&s))
        return;
    rt_signal_acquire(t, sig);
    if (is_timer(sig, info))
        rt_acquire(t, (rt_addr)&sync_of_timers);
}

/* ---- running the program's handler ---- */

enum { ERRNO_UNTOUCHED = 99 };

/* Some SIGTERM handlers change errno, then send the signal again: nobody will see it. */
static void check_errno(struct rt_thread *t, int sig, uintptr_t handler)
{
    if (errno == ERRNO_UNTOUCHED || sig == SIGTERM || sig == t->sending)
        return;
    struct rt_scope s __attribute__((cleanup(rt_scope_leave_bare)));
    if (!rt_scope_enter_bare(&s))
        return;
    struct rt_finding *f = rt_finding_begin(t, RT_FINDING_ERRNO_IN_SIGNAL);
    if (!f)
        return;
    f->signal = sig;
    f->stack[f->nstack++] = rt_stack_capture(t, handler + 1);
    rt_finding_end(t, f);
}

/* Blocked while it runs, the signal that is sent here ends the process as soon as entry returns. */
static void take_default(int sig)
{
    struct {
        void *handler;
        unsigned long flags;
        void *restorer;
        uint64_t mask;
    } action = {(void *)SIG_DFL, 0, NULL, 0};
    sys_call(SYS_rt_sigaction, sig, (long)&action, 0, sizeof action.mask, 0, 0);
    sys_call(SYS_tgkill, sys_pid(), sys_tid(), sig, 0, 0, 0);
}

/* What to call, or 0 when the signal has been dealt with. */
static uintptr_t choose(int sig, siginfo_t *info, void *context)
{
    /* acquire: pairs with exchange() */
    uint64_t word = __atomic_load_n(&target[sig], __ATOMIC_ACQUIRE);
    if (word == (uintptr_t)SIG_IGN)
        return 0;
    if (word == (uintptr_t)SIG_DFL) {
        if (rt_crash_mode(sig))
            rt_crash(sig, info, context);
        if (rt_controlled()) /* how the run ended belongs to its record */
            rt_sidecar_end_by(sig);
        take_default(sig); /* set to default by another thread while this was on its way */
        return 0;
    }
    if (word & RESET_HAND) {
        static const struct sigaction reset = {.sa_handler = SIG_DFL};
        rt_sigaction(sig, &reset, NULL);
    }
    return word & ~RESET_HAND;
}

/* All of a thread's state that a handler may change but the interrupted code relies on. */
struct interrupted {
    struct rt_frame *top, frame; /* a hook may have been about to push this frame */
    int ignore_reads, ignore_writes, ignore_sync, ignore_interceptors;
    int error;
};

static struct interrupted save(struct rt_thread *t)
{
    struct interrupted i = {rt_tls.top,
                            *rt_tls.top,
                            t->ignore_reads,
                            t->ignore_writes,
                            t->ignore_sync,
                            t->ignore_interceptors,
                            errno};
    /* what the interrupted code wants ignored isn't what the handler does */
    t->ignore_reads = t->ignore_writes = t->ignore_sync = t->ignore_interceptors = 0;
    t->in_handler++;
    return i;
}

static void restore(struct rt_thread *t, const struct interrupted *i)
{
    t->in_handler--;
    t->ignore_reads = i->ignore_reads;
    t->ignore_writes = i->ignore_writes;
    t->ignore_sync = i->ignore_sync;
    t->ignore_interceptors = i->ignore_interceptors;
    rt_tls.top = i->top;
    *rt_tls.top = i->frame;
    errno = i->error;
}

typedef void handler_fn(int, siginfo_t *, void *);

/* The frame that reports show between the handler and what it interrupted. */
static __attribute__((noinline)) void call_handler(uintptr_t handler, int sig, siginfo_t *info,
                                                   void *context)
{
    /* a one-argument handler doesn't mind the other two */
    ((handler_fn *)handler)(sig, info, context);
    __asm__ volatile(""); /* no tail call */
}

RT_HOOK static void deliver(struct rt_thread *t, int sig, siginfo_t *info, void *context,
                            bool synchronous)
{
    uintptr_t handler = choose(sig, info, context);
    if (!handler)
        return;
    struct interrupted i = save(t);
    acquire(t, sig, info);
    errno = ERRNO_UNTOUCHED;
    call_handler(handler, sig, info, context);
    if (!synchronous)
        check_errno(t, sig, handler);
    restore(t, &i);
}

/* ---- what the kernel calls ---- */

/* Caused by the interrupted instruction, or not to be put off. */
static bool is_fault(int sig, const siginfo_t *info)
{
    switch (sig) {
    case SIGSEGV:
    case SIGBUS:
    case SIGILL:
    case SIGFPE:
    case SIGTRAP:
    case SIGSYS:
        return info->si_code > 0;
    default:
        return sig == SIGABRT;
    }
}

static void put_off(int sig, siginfo_t *info, ucontext_t *context)
{
    uint64_t *mask = (uint64_t *)&context->uc_sigmask; /* the kernel's part of it */
    change_mask(SIG_BLOCK, bit_of(sig), NULL);         /* SA_NODEFER leaves it open */
    *mask |= bit_of(sig);
    rt_tls.pending |= bit_of(sig);
    pid_t pid = (pid_t)sys_call(SYS_getpid, 0, 0, 0, 0, 0, 0);
    pid_t tid = (pid_t)sys_call(SYS_gettid, 0, 0, 0, 0, 0, 0);
    /* a full queue, or a sandbox, costs the details but not the signal */
    if (sys_call(SYS_rt_tgsigqueueinfo, pid, tid, sig, (long)info, 0, 0) < 0)
        sys_call(SYS_tgkill, pid, tid, sig, 0, 0, 0);
}

/*
 * A hook that looks up shadow for a bad pointer faults itself, before the program's instruction
 * can; the program is to see its own pointer. That is the hook's first argument: shadow doesn't
 * know the highest bits of an address, nor whether the fault was a look-up at all (a hook may
 * read what the program gave it, too), so it only confirms what the register says.
 */
bool rt_fault_in_hook(const siginfo_t *info, const ucontext_t *context, rt_addr *pointer)
{
    const greg_t *r = context->uc_mcontext.gregs;
    rt_addr pc = (rt_addr)r[REG_RIP], argument = (rt_addr)r[REG_RDI];
    if (!rt_is_hook(pc) || !rt_shadow_to_address((uintptr_t)info->si_addr, pointer) ||
        (argument ^ *pointer) & RT_SPACE_MASK & ~15ull)
        return false;
    *pointer = argument;
    return true;
}

/* Shared maps (sys.h) get a page when it is touched; when none is left the kernel sends this. */
static bool is_our_page(int sig, const siginfo_t *info)
{
    rt_addr at = (rt_addr)info->si_addr;
    return sig == SIGBUS && (rt_shadow_conflicts(at, 1) || sys_is_reserved(at));
}

static void deliver_fault(struct rt_thread *t, int sig, siginfo_t *info, ucontext_t *context)
{
    rt_addr pointer;
    if (is_our_page(sig, info))
        rt_die("no memory is left for race detection; the program ends here. Findings made so far "
               "stand; memory_limit_mb=N keeps the runtime below N MB");
    if (sig == SIGSEGV && rt_fault_in_hook(info, context, &pointer))
        info->si_addr = (void *)pointer;
    if (!rt_tls.depth) {
        deliver(t, sig, info, context, true);
        return;
    }
    /* Leaving the runtime delivers what is put off; it must not stay blocked afterwards. */
    *(uint64_t *)&context->uc_sigmask &= ~rt_tls.pending;
    RT_BLOCKING(deliver(t, sig, info, context, true));
}

/* Whoever ends a run that takes too long learns how it went until then. The thread may be waiting
 * for its turn in the middle of a scope, and never get it: now or never. */
static void take_end(int sig)
{
    rt_sidecar_end_by(sig);
    take_default(sig);
}

static void entry(int sig, siginfo_t *info, void *context)
{
    struct rt_thread *t = rt_self();
    if (!t || !rt_ready || rt_tls.depth >= RT_DEPTH_VFORK) { /* a thread that we don't follow */
        int error = errno;
        uintptr_t handler = choose(sig, info, context);
        if (handler)
            call_handler(handler, sig, info, context);
        errno = error;
    } else if (sig == SIGTERM && !rt_signal_has_handler(sig)) {
        take_end(sig);
    } else if (is_fault(sig, info)) {
        deliver_fault(t, sig, info, context);
    } else if (rt_tls.depth) {
        put_off(sig, info, context);
    } else {
        deliver(t, sig, info, context, sig == SIGPIPE);
    }
}

void rt_signals_deliver(struct rt_thread *t)
{
    (void)t;
    uint64_t pending = rt_tls.pending;
    rt_tls.pending = 0; /* first: from here on the kernel delivers by itself */
    change_mask(SIG_UNBLOCK, pending, NULL);
}

/* ---- crashes ---- */

int rt_crash_mode(int sig)
{
    switch (sig) {
    case SIGSEGV:
        return rt_options.handle_segv == 1 && !rt_options.allow_user_segv_handler
                   ? 2
                   : rt_options.handle_segv;
    case SIGBUS:
        return rt_options.handle_sigbus;
    case SIGABRT:
        return rt_options.handle_abort;
    case SIGILL:
        return rt_options.handle_sigill;
    case SIGTRAP:
        return rt_options.handle_sigtrap;
    case SIGFPE:
        return rt_options.handle_sigfpe;
    default:
        return 0;
    }
}

void rt_signals_init(void)
{
    static const int signals[] = {SIGSEGV, SIGBUS, SIGABRT, SIGILL, SIGTRAP, SIGFPE, SIGTERM};
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        struct sigaction old, ours = {.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
        ours.sa_sigaction = entry;
        if ((!rt_crash_mode(signals[i]) && !rt_controlled()) ||
            real_sigaction(signals[i], NULL, &old))
            continue;
        if (is_ours(&old) && is_function(&given[signals[i]]))
            continue; /* a constructor of the program came first */
        if (!is_function(&old) || is_ours(&old))
            real_sigaction(signals[i], &ours, NULL); /* given[] says SIG_DFL */
    }
}

/* ---- calls that handlers must not make ---- */

void rt_check_signal_unsafe(struct rt_thread *t, rt_pc pc)
{
    if (!t->in_handler || !rt_options.report_signal_unsafe)
        return;
    struct rt_finding *f = rt_finding_begin(t, RT_FINDING_SIGNAL_UNSAFE);
    if (!f)
        return;
    f->stack[f->nstack++] = rt_stack_capture(t, pc);
    rt_finding_end(t, f);
}
