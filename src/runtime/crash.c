/*
 * Crashes: the report of a fatal signal that the program doesn't handle, in the stock form that
 * log scanners know, with the program's own stack. The stack comes from the unwinder of the
 * compiler's runtime, which knows libraries that aren't instrumented; where it gets nowhere (a
 * jump to nowhere, a smashed stack), the shadow stack steps in.
 */
#include "finding.h"
#include "format.h"
#include "options.h"
#include "report_json.h"
#include "report_text.h"
#include "say.h"
#include "signals.h"
#include "stack.h"
#include "symbol.h"
#include "sys/sys.h"

#include <unwind.h>

enum { FRAMES_MAX = 256, ZERO_PAGE_BYTES = 4096, TRAP_PAGE_FAULT = 14, FAULT_WRITE = 2 };

struct crash {
    int sig;
    rt_addr addr, pc, sp, bp;
    bool has_addr;         /* the processor said where */
    bool from_memory;      /* an access, not an instruction */
    bool in_hook;          /* while one of our hooks looked up shadow for a bad pointer */
    const char *hook_kind; /* what that hook was for: "READ", "WRITE", NULL = unknown */
    const ucontext_t *context;
    rt_pc frame[FRAMES_MAX]; /* return addresses, innermost first */
    size_t nframes;
    bool in_program; /* the unwinder has passed the signal frame */
};

static struct crash crash; /* there is only one: too big for a signal stack */

/* ---- one thread at a time ---- */

static void enter_once(void)
{
    static pid_t reporter;
    pid_t self = sys_tid(), nobody = 0;
    if (__atomic_compare_exchange_n(&reporter, &nobody, self, false, __ATOMIC_RELAXED,
                                    __ATOMIC_RELAXED))
        return;
    if (nobody == self) {
        static const char text[] = "ThreadSanitizer: nested bug in the same thread, aborting.\n";
        sys_write_all(2, text, sizeof text - 1);
        sys_exit(rt_options.exitcode ? rt_options.exitcode : 1);
    }
    for (;;)
        sys_yield(); /* until the reporter ends the process */
}

/* ---- the stack ---- */

static _Unwind_Reason_Code collect(struct _Unwind_Context *u, void *arg)
{
    struct crash *c = arg;
    int exact = 0;
    rt_pc pc = _Unwind_GetIPInfo(u, &exact);
    if (!pc || c->nframes == FRAMES_MAX)
        return _URC_END_OF_STACK;
    c->in_program |= pc == c->pc;
    if (c->in_program)
        c->frame[c->nframes++] = pc + (exact != 0); /* stacks hold return addresses */
    return _URC_NO_REASON;
}

/* The hook's own instruction always reads; its name says what the program wanted. */
static const char *kind_of_hook(const struct rt_code *hook)
{
    const char *name = hook->row[0].function;
    if (!name)
        return "UNKNOWN";
    return rt_strstr(name, "write") ? "WRITE" : rt_strstr(name, "read") ? "READ" : "UNKNOWN";
}

static void drop_own_frames(struct crash *c)
{
    size_t own = 0;
    while (own < c->nframes && rt_symbol_code(c->frame[own])->own)
        own++;
    if (!own || own == c->nframes)
        return;
    c->hook_kind = kind_of_hook(rt_symbol_code(c->frame[own - 1]));
    c->nframes -= own;
    for (size_t i = 0; i < c->nframes; i++)
        c->frame[i] = c->frame[i + own];
    c->pc = c->frame[0] - 1;
}

static rt_stack crash_stack(struct rt_thread *t, struct crash *c)
{
    _Unwind_Backtrace(collect, c);
    if (c->in_hook)
        drop_own_frames(c);
    if (c->nframes < 2 && t)
        return rt_stack_capture(t, c->in_hook ? 0 : c->pc + 1);
    rt_stack s = 0;
    for (size_t i = c->nframes; i-- > 0;)
        s = rt_stack_push(s, c->frame[i]);
    return s;
}

/* ---- the text ---- */

static bool is_overflow(const struct crash *c)
{
    return c->sig == SIGSEGV && c->has_addr && c->addr + 512 > c->sp && c->addr < c->sp + 0xffff;
}

static const char *describe(const struct crash *c)
{
    switch (c->sig) {
    case SIGSEGV:
        return is_overflow(c) ? "stack-overflow" : "SEGV";
    case SIGBUS:
        return "BUS";
    case SIGABRT:
        return "ABRT";
    case SIGILL:
        return "ILL";
    case SIGTRAP:
        return "TRAP";
    case SIGFPE:
        return "FPE";
    default:
        return "UNKNOWN SIGNAL";
    }
}

static void put_headline(struct rt_text *b, const struct crash *c)
{
    rt_put(b, "==%d==ERROR: ThreadSanitizer: %s on ", sys_pid(), describe(c));
    if (!is_overflow(c))
        rt_put(b, "unknown ");
    rt_put(b, "address ");
    if (c->has_addr || !c->from_memory)
        rt_put(b, "0x%012lx ", c->addr);
    rt_put(b, "(pc 0x%012lx bp 0x%012lx sp 0x%012lx T%d)\n", c->pc, c->bp, c->sp, sys_tid());
}

static void put_hints(struct rt_text *b, const struct crash *c)
{
    int pid = sys_pid();
    if (is_overflow(c))
        return;
    if (c->pc < ZERO_PAGE_BYTES)
        rt_put(b, "==%d==Hint: pc points to the zero page.\n", pid);
    if (!c->from_memory)
        return;
    const greg_t *r = c->context->uc_mcontext.gregs;
    const char *kind = r[REG_TRAPNO] != TRAP_PAGE_FAULT ? "UNKNOWN"
                       : r[REG_ERR] & FAULT_WRITE       ? "WRITE"
                                                        : "READ";
    if (c->in_hook)
        kind = c->hook_kind ? c->hook_kind : "UNKNOWN";
    rt_put(b, "==%d==The signal is caused by a %s memory access.\n", pid, kind);
    if (!c->has_addr)
        rt_put(b,
               "==%d==Hint: this fault was caused by a dereference of a high value address (see "
               "register values below).  Disassemble the provided pc to learn which register was "
               "used.\n",
               pid);
    else if (c->addr < ZERO_PAGE_BYTES)
        rt_put(b, "==%d==Hint: address points to the zero page.\n", pid);
}

static void put_registers(struct rt_text *b, const struct crash *c)
{
    static const struct {
        char name[4];
        int index;
    } rows[] = {
        {"rax", REG_RAX}, {"rbx", REG_RBX}, {"rcx", REG_RCX}, {"rdx", REG_RDX},
        {"rdi", REG_RDI}, {"rsi", REG_RSI}, {"rbp", REG_RBP}, {"rsp", REG_RSP},
        {" r8", REG_R8},  {" r9", REG_R9},  {"r10", REG_R10}, {"r11", REG_R11},
        {"r12", REG_R12}, {"r13", REG_R13}, {"r14", REG_R14}, {"r15", REG_R15},
    };
    if (!rt_options.dump_registers || is_overflow(c))
        return;
    rt_put(b, "==%d==Register values:\n", sys_pid());
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        rt_put(b, "%s = 0x%016lx  %s", rows[i].name,
               (unsigned long)c->context->uc_mcontext.gregs[rows[i].index], i % 4 == 3 ? "\n" : "");
}

static void put_summary(struct rt_text *b, const struct crash *c, rt_stack s)
{
    static struct rt_shown frames;
    if (!rt_options.print_summary)
        return;
    rt_shown_read(&frames, s);
    const struct rt_shown_frame *frame = rt_shown_main(&frames);
    rt_put(b, "SUMMARY: ThreadSanitizer: %s ", describe(c));
    if (frame) {
        struct rt_shown_frame alone = *frame;
        alone.inlined_into = false;
        rt_put_frame(b, "%L %F", 0, &alone);
    }
    rt_put(b, "\n");
}

static void put_crash(struct rt_text *b, struct rt_thread *t, struct crash *c)
{
    rt_stack s = crash_stack(t, c);
    put_headline(b, c);
    put_hints(b, c);
    rt_put_stack(b, s);
    put_registers(b, c);
    if (!is_overflow(c))
        rt_put(b, "ThreadSanitizer can not provide additional info.\n");
    put_summary(b, c, s);
    rt_put(b, "==%d==ABORTING\n", sys_pid());
}

/* ---- the event ---- */

static struct crash describe_context(int sig, const siginfo_t *info, const ucontext_t *context)
{
    const greg_t *r = context->uc_mcontext.gregs;
    struct crash c = {
        .sig = sig,
        .addr = (rt_addr)info->si_addr,
        .pc = (rt_addr)r[REG_RIP],
        .sp = (rt_addr)r[REG_RSP],
        .bp = (rt_addr)r[REG_RBP],
        .from_memory = sig == SIGSEGV || sig == SIGBUS,
        .context = context,
    };
    c.has_addr = info->si_code != SI_KERNEL;
    /* entry() has put the program's pointer into info; the processor still knows what faulted */
    siginfo_t fault = *info;
    rt_addr pointer;
    fault.si_addr = (void *)r[REG_CR2];
    c.in_hook = sig == SIGSEGV && r[REG_TRAPNO] == TRAP_PAGE_FAULT &&
                rt_fault_in_hook(&fault, context, &pointer);
    return c;
}

void rt_crash(int sig, siginfo_t *info, ucontext_t *context)
{
    static const char first[] = "ThreadSanitizer:DEADLYSIGNAL\n";
    struct rt_thread *t = rt_self();
    struct rt_text text = {0};

    rt_tls.depth++;                            /* nothing that happens here is the program's */
    sys_write_all(2, first, sizeof first - 1); /* in case all below fails */
    enter_once();
    crash = describe_context(sig, info, context);
    rt_report_lock(t);
    put_crash(&text, t, &crash);
    rt_stream_write(text.data, text.length);
    rt_sidecar_end(rt_options.exitcode);
    rt_halt();
}
