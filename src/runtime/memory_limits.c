#include "memory_limits.h"
#include "event.h"
#include "finding.h"
#include "memory_use.h"
#include "options.h"
#include "sys/spawn.h"
#include "sys/sys.h"

#define MS 1000000ull
enum { LOOK_EVERY_MS = 20, MEASURE_EVERY_MS = 1000 };

bool rt_limits_drop_wanted, rt_limits_refuse;

/* ---- the watching thread ---- */

static void want_drop(void)
{
    __atomic_store_n(&rt_limits_drop_wanted, true, __ATOMIC_RELAXED);
    /* release: who sees this one sees the other */
    __atomic_store_n(&rt_event_reset_wanted, true, __ATOMIC_RELEASE);
}

static void check_runtime(size_t resident, uint64_t now)
{
    static size_t measured_at, floor; /* resident at the last measure; what a drop left over */
    static uint64_t measured;         /* when */
    static bool dropping;
    size_t limit = (size_t)rt_options.memory_limit_mb << 20;
    static bool said;
    bool dropped = dropping && !rt_limits_drop_wanted;

    if (rt_options.verbosity && !said) { /* the stock runtime's words */
        rt_say("ThreadSanitizer: memory flush check: RSS=%zu LIMIT=%zu MB", resident >> 20,
               limit >> 20);
        said = true;
    }
    if (!dropped &&
        (dropping || resident <= limit ||
         (resident < measured_at + limit / 16 && now - measured < MEASURE_EVERY_MS * MS)))
        return;
    struct rt_memory_use use;
    rt_memory_measure(&use);
    size_t own = use.runtime;
    measured_at = resident;
    measured = now;
    if (dropped || own < floor)
        floor = own;
    dropping = own > limit && own >= floor + limit / 4;
    if (dropping)
        want_drop();
}

static void check_process(size_t resident)
{
    size_t soft = (size_t)rt_options.soft_rss_limit_mb << 20;
    size_t hard = (size_t)rt_options.hard_rss_limit_mb << 20;
    bool refuse = soft && resident > soft;
    if (hard && resident > hard) {
        rt_say("the process has %zu MB, more than hard_rss_limit_mb=%d: it ends here",
               resident >> 20, rt_options.hard_rss_limit_mb);
        sys_exit(rt_options.exitcode ? rt_options.exitcode : 1);
    }
    __atomic_store_n(&rt_limits_refuse, refuse, __ATOMIC_RELAXED);
}

static void check_clock(uint64_t now)
{
    static uint64_t last;
    if (!last)
        last = now;
    if (now - last < (uint64_t)rt_options.flush_memory_ms * MS)
        return;
    last = now;
    want_drop();
}

static int watch(void *unused)
{
    const struct timespec pause = {0, LOOK_EVERY_MS * (long)MS};
    (void)unused;
    for (;;) {
        sys_sleep(&pause);
        uint64_t now = sys_monotonic_ns();
        size_t resident = rt_memory_of_process();
        check_process(resident);
        if (rt_options.flush_memory_ms)
            check_clock(now);
        if (rt_options.memory_limit_mb)
            check_runtime(resident, now);
        if (rt_limits_drop_wanted) /* an ordinary reset may have taken the flag down */
            want_drop();
    }
    return 0;
}

static bool started; /* by the only thread: at init, when it makes the second one, after fork */

void rt_limits_after_fork(void)
{
    started = false;
    rt_limits_start();
}

void rt_limits_start(void)
{
    bool process = rt_options.soft_rss_limit_mb || rt_options.hard_rss_limit_mb;
    bool history = rt_options.memory_limit_mb || rt_options.flush_memory_ms;

    if (rt_multi || rt_options.force_background_thread)
        process |= history; /* while there is one thread there is no history */
    if (started || !process)
        return;
    started = true;
    int error = sys_thread(watch, NULL);
    if (error)
        rt_say("cannot start the thread that watches memory (error %d): the limits do not hold",
               -error);
}

/* ---- in the program's threads ---- */

void rt_limits_drop(struct rt_thread *t)
{
    static bool said;
    bool dropped = false;
    rt_tls.depth++;
    rt_world_stop(t);
    if (rt_limits_drop_wanted) { /* nobody was faster */
        rt_event_drop_history();
        rt_event_reset_wanted = rt_limits_drop_wanted = false;
        rt_degrade(RT_DEGRADED_HISTORY);
        dropped = true;
    }
    rt_world_go(t);
    if (dropped && rt_options.memory_limit_mb && !said) {
        said = true;
        rt_say("memory_limit_mb=%d is reached: older accesses are forgotten, races with them are "
               "not seen",
               rt_options.memory_limit_mb);
    }
    rt_tls.depth--;
}
