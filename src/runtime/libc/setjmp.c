/*
 * setjmp and longjmp: the shadow stack follows the jump.
 *
 * A jump is remembered by the stack pointer of setjmp's caller, which is also in the jmp_buf (a
 * program may copy that, so its address says nothing). glibc mangles the pointer there: xor with
 * a secret of the process, rotate. A jump that nobody remembers, from code that was set up
 * before the runtime, leaves the shadow stack as it is.
 */
#include "../hook.h"

#include <setjmp.h>

enum {
    JUMPS_MAX = 256,
    JMPBUF_RSP = 6,     /* index of the stack pointer in a jmp_buf */
    MANGLE_ROTATE = 17, /* left, after the xor */
};

/* Where longjmp can go. */
struct jump {
    uintptr_t sp;
    struct rt_frame *top;
    int in_handler;
    int ignore_reads, ignore_writes, ignore_sync, ignore_interceptors;
};

struct rt_jumps {
    size_t n;
    struct jump at[JUMPS_MAX]; /* oldest first */
};

void rt_jumps_free(struct rt_thread *t)
{
    if (t->jumps)
        core_free(t->jumps, sizeof *t->jumps);
    t->jumps = NULL;
}

/* ---- remembering ---- */

static bool on_stack(const struct rt_thread *t, uintptr_t sp)
{
    return t->stack_low <= sp && sp < t->stack_high;
}

/*
 * Can nobody jump there any more, now that a setjmp happens at sp with this shadow stack? Its
 * function has returned when the shadow stack is lower, or when it was deeper in the same
 * stack. Stacks of signal handlers and coroutines can't be compared.
 */
static bool is_stale(const struct rt_thread *t, const struct jump *j, uintptr_t sp,
                     const struct rt_frame *top)
{
    if (j->sp == sp || j->top > top)
        return true;
    return on_stack(t, sp) && on_stack(t, j->sp) && j->sp < sp;
}

static void drop_stale(const struct rt_thread *t, struct rt_jumps *js, uintptr_t sp,
                       const struct rt_frame *top)
{
    size_t kept = 0;
    for (size_t i = 0; i < js->n; i++)
        if (!is_stale(t, &js->at[i], sp, top))
            js->at[kept++] = js->at[i];
    js->n = kept;
    if (js->n < JUMPS_MAX)
        return;
    js->n--; /* the oldest goes */
    for (size_t i = 0; i < js->n; i++)
        js->at[i] = js->at[i + 1];
}

static void remember(struct rt_thread *t, uintptr_t sp)
{
    if (!t->jumps)
        t->jumps = core_alloc(sizeof *t->jumps);
    struct rt_jumps *js = t->jumps;
    drop_stale(t, js, sp, rt_tls.top);
    js->at[js->n++] = (struct jump){sp,
                                    rt_tls.top,
                                    t->in_handler,
                                    t->ignore_reads,
                                    t->ignore_writes,
                                    t->ignore_sync,
                                    t->ignore_interceptors};
}

/* ---- setjmp ---- */

static void *real_address[3];

static const struct rt_interceptor real[] __attribute__((used, section("rt_interceptors"))) = {
    {"setjmp", NULL, &real_address[0], NULL},
    {"_setjmp", NULL, &real_address[1], NULL},
    {"__sigsetjmp", NULL, &real_address[2], NULL},
};

/* Called by the wrappers in assembly; returns the address of the real function. */
void *rt_setjmp_note(uintptr_t sp, unsigned which);

void *rt_setjmp_note(uintptr_t sp, unsigned which)
{
    struct rt_scope s __attribute__((cleanup(rt_scope_leave_bare)));
    struct rt_thread *t = rt_scope_enter_bare(&s);
    if (t)
        remember(t, sp);
    return real_address[which] ? real_address[which] : rt_resolve(&real[which]);
}

/* ---- longjmp ---- */

static uintptr_t pointer_guard(void)
{
    uintptr_t guard;
    __asm__("mov %%fs:0x30, %0" : "=r"(guard)); /* glibc, x86-64: tcbhead_t.pointer_guard */
    return guard;
}

static uintptr_t target_of(const struct __jmp_buf_tag *env)
{
    uint64_t mangled = (uint64_t)env->__jmpbuf[JMPBUF_RSP];
    return (mangled >> MANGLE_ROTATE | mangled << (64 - MANGLE_ROTATE)) ^ pointer_guard();
}

static void follow(struct rt_thread *t, uintptr_t sp)
{
    struct rt_jumps *js = t->jumps;
    for (size_t i = js ? js->n : 0; i-- > 0;) {
        const struct jump *j = &js->at[i];
        if (j->sp != sp)
            continue;
        rt_tls.top = j->top;
        t->in_handler = j->in_handler;
        t->sending = 0;
        /* jumped over the ends of scopes, or of a signal handler, which put ignores aside */
        t->ignore_reads = j->ignore_reads;
        t->ignore_writes = j->ignore_writes;
        t->ignore_sync = j->ignore_sync;
        t->ignore_interceptors = j->ignore_interceptors;
        return;
    }
}

/* Everything that must hold when program code goes on at the target. The scope is closed by
 * then, so deferred signals have been delivered here, before the jump. */
static void before_jump(const struct __jmp_buf_tag *env)
{
    struct rt_scope s __attribute__((cleanup(rt_scope_leave_bare)));
    struct rt_thread *t = rt_scope_enter_bare(&s);
    if (t)
        follow(t, target_of(env));
}

#define LONGJMP(name)                                                                              \
    RT_INTERCEPT(void, name, (struct __jmp_buf_tag env[1], int value))                             \
    {                                                                                              \
        before_jump(env);                                                                          \
        RT_REAL(name)(env, value);                                                                 \
        __builtin_unreachable();                                                                   \
    }

void __longjmp_chk(struct __jmp_buf_tag env[1], int value) __attribute__((noreturn));

LONGJMP(longjmp)
LONGJMP(_longjmp)
LONGJMP(siglongjmp)
LONGJMP(__longjmp_chk) /* what longjmp is with _FORTIFY_SOURCE */
