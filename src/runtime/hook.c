#include "hook.h"
#include "event.h"
#include "format.h"
#include "memory_limits.h"
#include "module.h"
#include "stack.h"
#include "turn.h"
#include <dlfcn.h>
#include <errno.h>

__thread struct rt_tls rt_tls __attribute__((tls_model("initial-exec"))) = {
    .span = -1u, /* until a thread is known, everything it does is: hooks return at once */
};

/* ---- scopes ---- */

/* Plain store, then a plain load: rt_world_stop's membarrier orders them when it matters. */
static void gate_enter(void)
{
    rt_tls.depth = 1;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    if (core_unlikely(__atomic_load_n(&rt_world_stopped, __ATOMIC_RELAXED)))
        rt_world_wait(&rt_tls);
}

RT_COLD void rt_scope_left(struct rt_thread *t)
{
    int saved = errno;
    if (core_unlikely(rt_limits_drop_wanted))
        rt_limits_drop(t);
    if (rt_event_reset_wanted || rt_shadow.crowded)
        rt_event_reset_if_needed(t);
    if (rt_tls.pending)
        rt_signals_deliver(t);
    errno = saved;
}

static void gate_leave(struct rt_thread *t)
{
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    if (--rt_tls.depth > 0)
        return;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    if (core_unlikely(rt_tls.pending || rt_event_reset_wanted || rt_shadow.crowded))
        rt_scope_left(t);
}

/* The compiler puts all that these call into them, but for what is cold. */
#define WHOLE __attribute__((flatten))

WHOLE struct rt_thread *rt_scope_enter_bare(struct rt_scope *s)
{
    struct rt_thread *t = rt_tls.thread;
    *s = (struct rt_scope){NULL, false};
    if (core_unlikely(!t || rt_tls.depth > 0 || !rt_enabled))
        return NULL;
    gate_enter();
    return s->thread = t;
}

WHOLE void rt_scope_leave_bare(struct rt_scope *s)
{
    struct rt_thread *t = rt_self(); /* another fiber by now, or it has ended */
    if (s->thread && t)
        gate_leave(t);
}

static void ignore_caller(struct rt_scope *s, int step)
{
    s->thread->ignore_reads += step;
    s->thread->ignore_writes += step;
    s->thread->ignore_sync += step;
}

static struct rt_thread *scope_open(struct rt_scope *s, struct rt_thread *t, rt_pc caller)
{
    s->thread = t;
    rt_frame_push(&rt_tls, caller);
    s->ignoring = rt_caller_ignored(caller);
    if (core_unlikely(s->ignoring))
        ignore_caller(s, 1);
    return t;
}

WHOLE struct rt_thread *rt_scope_enter(struct rt_scope *s, rt_pc caller)
{
    struct rt_thread *t = rt_scope_enter_bare(s);
    if (t && core_unlikely(t->ignore_interceptors > 0)) {
        rt_scope_leave_bare(s);
        s->thread = t = NULL;
    }
    return t ? scope_open(s, t, caller) : NULL;
}

struct rt_thread *rt_scope_enter_nested(struct rt_scope *s, rt_pc caller)
{
    struct rt_thread *t = rt_tls.thread;
    if (rt_tls.depth == 0 || !t)
        return rt_scope_enter(s, caller);
    *s = (struct rt_scope){NULL, false};
    if (!rt_enabled || t->ignore_interceptors > 0)
        return NULL;
    rt_tls.depth++;
    return scope_open(s, t, caller);
}

WHOLE void rt_scope_leave(struct rt_scope *s)
{
    /* the thread may have ended inside, or be another fiber by now */
    if (!s->thread || rt_self() != s->thread)
        return;
    if (core_unlikely(s->ignoring))
        ignore_caller(s, -1);
    rt_frame_pop(&rt_tls);
    gate_leave(s->thread);
}

WHOLE struct rt_blocking rt_program_begin(struct rt_thread *t)
{
    struct rt_blocking b = {t, rt_tls.depth};
    rt_tls.depth = 1;
    gate_leave(t);
    return b;
}

WHOLE void rt_program_end(struct rt_blocking *b)
{
    if (!b->thread || !rt_self()) /* it may have ended inside */
        return;
    gate_enter();
    rt_tls.depth = b->depth;
}

WHOLE struct rt_blocking rt_blocking_begin(struct rt_thread *t)
{
    if (rt_controlled())
        rt_turn_outside_begin(t);
    return rt_program_begin(t);
}

WHOLE void rt_blocking_end(struct rt_blocking *b)
{
    rt_program_end(b);
    if (b->thread && rt_self() && rt_controlled())
        rt_turn_outside_end(b->thread);
}

extern const char __start_rt_text[] __attribute__((weak, visibility("hidden")));
extern const char __stop_rt_text[] __attribute__((weak, visibility("hidden")));

bool rt_is_hook(rt_addr code)
{
    return code >= (rt_addr)__start_rt_text && code < (rt_addr)__stop_rt_text;
}

/* ---- the real functions ---- */

void *rt_lookup(const struct rt_interceptor *i)
{
    void *real = NULL;
    int saved = errno;

    rt_tls.depth++; /* dlsym may allocate */
    if (i->version)
        real = dlvsym(RTLD_NEXT, i->name, i->version);
    if (!real)
        real = dlsym(RTLD_NEXT, i->name);
    rt_tls.depth--;
    errno = saved;
    if (real)
        *i->real = real;
    return real;
}

void *rt_resolve(const struct rt_interceptor *i)
{
    void *real = rt_lookup(i);
    if (!real)
        rt_die("the program calls %s, which no library in it provides", i->name);
    return real;
}

/* The linker gathers the rows of all interceptors between these two. */
extern const struct rt_interceptor __start_rt_interceptors[], __stop_rt_interceptors[];

void rt_interceptors_init(void)
{
    for (const struct rt_interceptor *i = __start_rt_interceptors; i < __stop_rt_interceptors; i++)
        if (!*i->real)
            rt_lookup(i);
}
