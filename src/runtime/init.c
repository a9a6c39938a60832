/*
 * The life of the runtime: up before the program's first constructor, down with the process.
 *
 * Init runs once, in the first thread, from whatever comes first: the .preinit_array entry of
 * an executable, the constructor of the shared library, or a module constructor that calls
 * __tsan_init. Interceptors called before that pass through to libc. Every step may fail only
 * by switching detection off after saying why; the program runs on.
 */
#include "draft.h"
#include "event.h"
#include "finding.h"
#include "fork.h"
#include "heap.h"
#include "hook.h"
#include "ignore.h"
#include "inject.h"
#include "lockset.h"
#include "memory_limits.h"
#include "memory_use.h"
#include "module.h"
#include "mutex.h"
#include "options.h"
#include "pin.h"
#include "report_json.h"
#include "rt.h"
#include "say.h"
#include "shadow_map.h"
#include "stack.h"
#include "suppress.h"
#include "sync.h"
#include "sys/sys.h"
#include "thread.h"
#include "turn.h"

bool rt_ready, rt_enabled, rt_multi;

/* What the program may define. */
#define HOOK __attribute__((weak, visibility("default")))
HOOK void __tsan_on_initialize(void);
HOOK int __tsan_on_finalize(int failed);
HOOK void _ZN6__tsan12OnInitializeEv(void);      /* __tsan::OnInitialize() */
HOOK bool _ZN6__tsan10OnFinalizeEb(bool failed); /* __tsan::OnFinalize(bool) */

/* Parts that can't work without memory or address space, in order. */
static int (*const steps[])(void) = {
    rt_shadow_map_init, rt_stack_init, rt_event_init, rt_lockset_init,
    rt_mutex_init,      rt_sync_init,  rt_heap_init,  rt_thread_init,
};

static void program_hook(void)
{
    if (__tsan_on_initialize)
        __tsan_on_initialize();
    if (_ZN6__tsan12OnInitializeEv)
        _ZN6__tsan12OnInitializeEv();
}

static volatile bool resumed;

/* Called from a debugger. */
RT_EXPORT void __tsan_resume(void)
{
    resumed = true;
}

static void stop_here(void)
{
    const struct timespec pause = {0, 10000000};
    rt_say("stopped at start (pid %d); a debugger has to call __tsan_resume()", sys_pid());
    while (!resumed)
        sys_sleep(&pause);
}

void rt_init(void)
{
    static bool started;
    if (started)
        return;
    started = true;

    rt_tls.depth++;
    rt_interceptors_init();
    if (rt_is_second()) {
        rt_tls.depth--;
        return;
    }
    rt_options_init();
    rt_inject_init();
    if (rt_options.stop_on_start)
        stop_here();
    sys_dump_maps(!rt_options.use_madv_dontdump);
    rt_finding_init();
    if (rt_options.enabled && rt_init_steps(steps, sizeof steps / sizeof *steps))
        rt_enabled = true;
    if (!rt_options.instrumented && rt_module_at(0) && rt_module_at(0)->instrumented)
        rt_options.instrumented = true; /* the option was meant for a parent that is not */
    if (rt_enabled) {
        rt_turn_init();
        rt_drafts_init();
        rt_pin_init();
    }
    rt_exit_init();
    if (rt_enabled)
        rt_fork_init();
    rt_ready = true;
    rt_tls.depth--;
    if (rt_enabled)
        rt_signals_init();
    rt_limits_start();
    program_hook();
}

__attribute__((constructor(101))) static void construct(void)
{
    rt_init();
}

/* ---- the end ---- */

/* Threads that still run may be about to race: give them the time that the option grants. */
static void wait_for_others(void)
{
    if (rt_options.atexit_sleep_ms <= 0 || rt_thread_live_count() <= 1 || rt_controlled())
        return;
    struct timespec ts = {rt_options.atexit_sleep_ms / 1000,
                          rt_options.atexit_sleep_ms % 1000 * 1000000l};
    sys_sleep(&ts);
}

static int ask_program(int failed)
{
    if (__tsan_on_finalize)
        failed = __tsan_on_finalize(failed);
    if (_ZN6__tsan10OnFinalizeEb)
        failed = _ZN6__tsan10OnFinalizeEb(failed);
    return failed;
}

int rt_finish(int status)
{
    static uint32_t finished; /* atomic: exit may be called by several threads */
    struct rt_thread *t = rt_self();

    /* in the child of vfork, all of this is the parent's */
    if (!rt_ready || rt_tls.depth >= RT_DEPTH_VFORK ||
        __atomic_exchange_n(&finished, 1, __ATOMIC_RELAXED))
        return status;
    if (t)
        rt_ignore_check(t);
    if (rt_enabled) {
        wait_for_others();
        struct rt_scope s;
        if (t && rt_options.report_thread_leaks && rt_scope_enter_nested(&s, RT_CALLER)) {
            rt_thread_report_leaks(t, 0);
            rt_scope_leave(&s);
        }
    }
    rt_finding_finish();
    rt_memory_say();
    rt_limits_say();
    /* exitcode=0 means: keep the program's own */
    if (ask_program(rt_finding_count() > 0) && rt_options.exitcode)
        status = rt_options.exitcode;
    rt_sidecar_end(status);
    return status;
}
