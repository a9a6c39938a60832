/*
 * Scopes: how every hook enters and leaves the runtime.
 *
 * A hook is called by compiled code or in place of a libc function, at any time: before init,
 * inside the runtime itself (a libc function calling another), from a signal handler, after
 * the thread was torn down. rt_scope_enter answers one question: is this a call to be looked
 * at? If so it returns the thread, the scope is open, and signals are deferred until it closes.
 * If not it returns NULL and the hook passes straight through to the real function.
 *
 *     RT_INTERCEPT(int, pthread_mutex_lock, (pthread_mutex_t *m))
 *     {
 *         RT_SCOPE(pthread_mutex_lock);
 *         if (!t)
 *             return RT_REAL(pthread_mutex_lock)(m);
 *         rt_mutex_pre_lock(t, pc, (rt_addr)m, 0);
 *         int err;
 *         RT_BLOCKING(err = RT_REAL(pthread_mutex_lock)(m));
 *         if (!err)
 *             rt_mutex_lock(t, pc, (rt_addr)m, 0, 1);
 *         return err;
 *     }
 *
 * RT_SCOPE declares `t` and `pc` (the interceptor's own address, so that reports show
 * "#0 pthread_mutex_lock" over the caller's frame) and closes the scope on every way out of
 * the function, unwinding included.
 */
#ifndef REPRISE_RUNTIME_HOOK_H
#define REPRISE_RUNTIME_HOOK_H

#include "rt.h"

struct rt_scope {
    struct rt_thread *thread; /* NULL: not open */
    bool ignoring;            /* the caller is in an ignored library */
};

/* Opens a scope and pushes a frame that returns to caller. NULL: pass through. */
struct rt_thread *rt_scope_enter(struct rt_scope *s, rt_pc caller);
void rt_scope_leave(struct rt_scope *s); /* pops, delivers deferred signals; errno survives */

/* What is left to do where a scope has closed and one of the reasons was there; for hook.c and
 * scope_quick.h. */
void rt_scope_left(struct rt_thread *t);

/*
 * The same at any depth, for the allocator: real functions call it (strdup, fopen, new), and a
 * block that nobody saw would keep the history of its earlier life. The runtime itself never
 * allocates from the program's heap. NULL when the runtime isn't ready, doesn't know the
 * thread, or ignore_interceptors > 0.
 */
struct rt_thread *rt_scope_enter_nested(struct rt_scope *s, rt_pc caller);

/* A scope without a frame, for hooks that compilers call (the access is in the caller). */
struct rt_thread *rt_scope_enter_bare(struct rt_scope *s);
void rt_scope_leave_bare(struct rt_scope *s);

/*
 * Out of the runtime for the length of a call that may block, run program code or unwind:
 * signals are delivered at once, and hooks inside the call count again as the program's.
 */
struct rt_blocking {
    struct rt_thread *thread;
    int depth;
};
struct rt_blocking rt_blocking_begin(struct rt_thread *t);
void rt_blocking_end(struct rt_blocking *b);

/*
 * Out of the runtime for a real call that doesn't block, but may run code of the program, allocate
 * or unwind; signals that were put off are delivered. The turn (turn.h) stays here, which is the
 * difference to RT_BLOCKING. RT_PROGRAM((void)0) only runs handlers.
 */
struct rt_blocking rt_program_begin(struct rt_thread *t);
void rt_program_end(struct rt_blocking *b);

#define RT_PROGRAM(...)                                                                            \
    do {                                                                                           \
        struct rt_blocking rt_b_ __attribute__((cleanup(rt_program_end))) = rt_program_begin(t);   \
        __VA_ARGS__;                                                                               \
    } while (0)

/* Is this code one of the hooks (RT_EXPORT, RT_HOOK), which stand in one section? Any thread. */
bool rt_is_hook(rt_addr code);

#define RT_CALLER ((rt_pc)__builtin_return_address(0))

#define RT_SCOPE(name)                                                                             \
    struct rt_scope rt_scope_ __attribute__((cleanup(rt_scope_leave)));                            \
    struct rt_thread *t = rt_scope_enter(&rt_scope_, RT_CALLER);                                   \
    const rt_pc pc = (rt_pc)(uintptr_t)RT_SELF(name) + 1;                                          \
    (void)pc

#define RT_BLOCKING(...)                                                                           \
    do {                                                                                           \
        struct rt_blocking rt_b_ __attribute__((cleanup(rt_blocking_end))) = rt_blocking_begin(t); \
        __VA_ARGS__;                                                                               \
    } while (0)

/*
 * RT_INTERCEPT defines three symbols: ___interceptor_NAME (the code), __interceptor_NAME and
 * NAME (weak, so that a program may define its own and still call ours). RT_REAL(NAME) is the
 * function that the program would have got without us.
 *
 * RT_INTERCEPT_AS(ret, ident, "symbol", args) is for names that are no C identifiers of ours.
 */
#define RT_SELF(name) __interceptor_##name

#define RT_INTERCEPT(ret, name, args)                                                              \
    RT_EXPORT ret __interceptor_##name args;                                                       \
    RT_EXPORT __attribute__((weak, alias("__interceptor_" #name))) ret name args;                  \
    RT_EXPORT ret ___interceptor_##name args __attribute__((alias("__interceptor_" #name)));       \
    static __typeof__(&__interceptor_##name) rt_real_##name;                                       \
    static const struct rt_interceptor rt_interceptor_##name                                       \
        __attribute__((used, section("rt_interceptors"))) = {#name, NULL,                          \
                                                             (void **)&rt_real_##name, NULL};      \
    RT_EXPORT ret __interceptor_##name args

/* The same with a symbol version for the look-up of the real one ("GLIBC_2.3.2"). */
#define RT_INTERCEPT_VERSION(ret, name, version, args)                                             \
    RT_EXPORT ret __interceptor_##name args;                                                       \
    RT_EXPORT __attribute__((weak, alias("__interceptor_" #name))) ret name args;                  \
    RT_EXPORT ret ___interceptor_##name args __attribute__((alias("__interceptor_" #name)));       \
    static __typeof__(&__interceptor_##name) rt_real_##name;                                       \
    static const struct rt_interceptor rt_interceptor_##name                                       \
        __attribute__((used, section("rt_interceptors"))) = {#name, version,                       \
                                                             (void **)&rt_real_##name, NULL};      \
    RT_EXPORT ret __interceptor_##name args

/* Every interceptor puts one row into this table (a linker section); init resolves them all. */
struct rt_interceptor {
    const char *name;
    const char *version; /* NULL = default */
    void **real;         /* where the address of the real function goes */
    void *unused;
};

/* The real function. Resolves on first use when init hasn't yet (libraries loaded later). */
#define RT_REAL(name)                                                                              \
    (__builtin_expect(rt_real_##name != NULL, 1)                                                   \
         ? rt_real_##name                                                                          \
         : (__typeof__(rt_real_##name))rt_resolve(&rt_interceptor_##name))
/* Never NULL: a function that doesn't exist in this process gives one line and abort, unless
 * RT_HAVE said it is there. */
void *rt_resolve(const struct rt_interceptor *i);
#define RT_HAVE(name) (rt_real_##name != NULL || rt_lookup(&rt_interceptor_##name) != NULL)
void *rt_lookup(const struct rt_interceptor *i);
/* Looks all of them up. Once, from init. */
void rt_interceptors_init(void);

#endif
