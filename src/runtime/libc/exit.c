/*
 * Exit handlers and the ways out of the process.
 *
 * What a thread did before it registered a handler happens before the handler's run, and nothing
 * more: other threads go on while handlers run. In reports the handler's caller is one of the
 * ..._installed_at functions below, over the place that registered it.
 */
#include "../module.h"
#include "../stack.h"
#include "pthreads.h"
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

/* One registration. Its address carries the clock. */
struct handler {
    void (*run)(void);
    void (*run_arg)(void *);
    void (*run_status)(int, void *);
    void *arg;
    rt_pc installed_by;
};

static struct handler *remember(struct rt_thread *t, struct handler h)
{
    struct handler *copy = core_alloc(sizeof(*copy));
    *copy = h;
    rt_release(t, (rt_addr)copy);
    return copy;
}

static void forget(struct rt_thread *t, struct handler *h)
{
    rt_sync_forget(t, (rt_addr)h, sizeof(*h));
    core_free(h, sizeof(*h));
}

/* Takes the registration over; the thread learns from it. */
static struct handler recall(void *p)
{
    struct rt_scope scope __attribute__((cleanup(rt_scope_leave_bare)));
    struct rt_thread *t = rt_scope_enter_bare(&scope);
    struct handler h = *(struct handler *)p;
    if (t) {
        rt_acquire(t, (rt_addr)p);
        forget(t, p);
    }
    return h;
}

/* The frame of the one who registered the handler, under the handler. */
static struct rt_tls *push_frame(rt_pc installed_by)
{
    if (!rt_self())
        return NULL;
    rt_frame_push(&rt_tls, installed_by);
    return &rt_tls;
}

static void pop_frame(struct rt_tls **tls)
{
    if (*tls)
        rt_frame_pop(*tls);
}

#define UNDER_FRAME(pc)                                                                            \
    struct rt_tls *tls_ __attribute__((cleanup(pop_frame), unused)) = push_frame(pc)

static void at_exit_callback_installed_at(void *p)
{
    struct handler h = recall(p);
    UNDER_FRAME(h.installed_by);
    h.run();
}

static void cxa_at_exit_callback_installed_at(void *p)
{
    struct handler h = recall(p);
    UNDER_FRAME(h.installed_by);
    h.run_arg(h.arg);
}

static void on_exit_callback_installed_at(int status, void *p)
{
    struct handler h = recall(p);
    UNDER_FRAME(h.installed_by);
    h.run_status(status, h.arg);
}

/* libc's list of handlers grows by calloc and shrinks by free in another thread. */
#define REGISTER(err, h, call)                                                                     \
    do {                                                                                           \
        {                                                                                          \
            RT_QUIET(t);                                                                           \
            RT_BLOCKING(err = call);                                                               \
        }                                                                                          \
        if (err)                                                                                   \
            forget(t, h);                                                                          \
    } while (0)

RT_INTERCEPT(int, __cxa_atexit, (void (*run)(void *), void *arg, void *dso))
{
    RT_SCOPE(__cxa_atexit);
    if (!t)
        return RT_REAL(__cxa_atexit)(run, arg, dso);
    int err;
    struct handler *h =
        remember(t, (struct handler){.run_arg = run, .arg = arg, .installed_by = RT_CALLER});
    REGISTER(err, h, RT_REAL(__cxa_atexit)(cxa_at_exit_callback_installed_at, h, dso));
    return err;
}

/*
 * The atexit() that is linked into each library passes the library's handle, so that dlclose()
 * runs the handler. A library that calls the one here (gcc links it so) tells nothing: its
 * address does, and __cxa_finalize(), which each library calls when it goes, comes by here.
 */
static void *library_of(rt_pc caller)
{
    const struct rt_module *m = rt_module_of(caller);
    if (!m || !m->loaded) { /* a constructor, while dlopen() is not done */
        rt_modules_refresh();
        m = rt_module_of(caller);
    }
    return (void *)m;
}

RT_INTERCEPT(int, atexit, (void (*run)(void)))
{
    RT_SCOPE(atexit);
    if (!t)
        return RT_REAL(__cxa_atexit)((void (*)(void *))(uintptr_t)run, NULL, NULL);
    int err;
    struct handler *h = remember(t, (struct handler){.run = run, .installed_by = RT_CALLER});
    REGISTER(err, h,
             RT_REAL(__cxa_atexit)(at_exit_callback_installed_at, h, library_of(RT_CALLER)));
    return err;
}

/* No scope: the handlers that it runs are program code. */
RT_INTERCEPT(void, __cxa_finalize, (void *dso))
{
    const struct rt_module *m = dso ? rt_module_of((rt_addr)dso) : NULL;
    if (m)
        RT_REAL(__cxa_finalize)((void *)m);
    RT_REAL(__cxa_finalize)(dso);
}

RT_INTERCEPT(int, on_exit, (void (*run)(int, void *), void *arg))
{
    RT_SCOPE(on_exit);
    if (!t)
        return RT_REAL(on_exit)(run, arg);
    int err;
    struct handler *h =
        remember(t, (struct handler){.run_status = run, .arg = arg, .installed_by = RT_CALLER});
    REGISTER(err, h, RT_REAL(on_exit)(on_exit_callback_installed_at, h));
    return err;
}

RT_EXPORT void __interceptor__exit(int status);

/* ---- quick_exit: its handlers run, those above don't ---- */

static int quick_status;
static bool quick_finish_registered; /* the first of these handlers runs last */

static void finish_quick_exit(void *unused)
{
    RT_SELF(_exit)(quick_status);
}

RT_INTERCEPT(int, __cxa_at_quick_exit, (void (*run)(void *), void *dso))
{
    RT_SCOPE(__cxa_at_quick_exit);
    if (!__atomic_exchange_n(&quick_finish_registered, true, __ATOMIC_RELAXED))
        RT_REAL(__cxa_at_quick_exit)(finish_quick_exit, NULL);
    if (!t)
        return RT_REAL(__cxa_at_quick_exit)(run, dso);
    rt_release(t, (rt_addr)&quick_status); /* glibc passes no argument we could name it by */
    int err;
    {
        RT_QUIET(t);
        RT_BLOCKING(err = RT_REAL(__cxa_at_quick_exit)(run, dso));
    }
    return err;
}

RT_INTERCEPT(int, at_quick_exit, (void (*run)(void)))
{
    return RT_SELF(__cxa_at_quick_exit)((void (*)(void *))(uintptr_t)run, NULL);
}

RT_INTERCEPT(void, quick_exit, (int status))
{
    RT_SCOPE(quick_exit);
    if (!__atomic_exchange_n(&quick_finish_registered, true, __ATOMIC_RELAXED))
        RT_REAL(__cxa_at_quick_exit)(finish_quick_exit, NULL);
    quick_status = status;
    if (t) {
        rt_acquire(t, (rt_addr)&quick_status);
        RT_BLOCKING(RT_REAL(quick_exit)(status));
    }
    RT_REAL(quick_exit)(status);
    __builtin_unreachable();
}

/* ---- out at once ---- */

RT_INTERCEPT(void, _exit, (int status))
{
    RT_SCOPE(_exit);
    if (t)
        RT_BLOCKING(status = rt_finish(status)); /* waits for other threads */
    else if (rt_ready)
        status = rt_finish(status);
    RT_REAL(_exit)(status);
    __builtin_unreachable();
}

RT_INTERCEPT(void, _Exit, (int status))
{
    RT_SCOPE(_Exit);
    if (t)
        RT_BLOCKING(status = rt_finish(status)); /* waits for other threads */
    else if (rt_ready)
        status = rt_finish(status);
    RT_REAL(_Exit)(status);
    __builtin_unreachable();
}

/* Handlers of SIGABRT run the program's code. */
RT_INTERCEPT(void, abort, (void))
{
    RT_SCOPE(abort);
    if (t)
        RT_BLOCKING(RT_REAL(abort)());
    RT_REAL(abort)();
    __builtin_unreachable();
}

/* ---- the normal way out ---- */

/* The first handler registered is the last to run. exit() called by a handler goes on with the
 * rest, streams included, under the new status. */
static void finish_exit(int status, void *unused)
{
    int final = rt_finish(status);
    if (final != status)
        exit(final);
}

void rt_exit_init(void)
{
    RT_REAL(on_exit)(finish_exit, NULL);
}
