#include "memory_limits.h"
#include "../core/age.h"
#include "collect.h"
#include "draft.h"
#include "event.h"
#include "finding.h"
#include "memory_use.h"
#include "options.h"
#include "shadow_map.h"
#include "sys/spawn.h"
#include "sys/sys.h"

#define MS 1000000ull
enum { LOOK_EVERY_MS = 20, MEASURE_EVERY_MS = 1000 };

bool rt_limits_drop_wanted, rt_limits_refuse;
/* Written by the watching thread before the flag, read by who obeys it. */
static enum rt_limits_step wanted;
static unsigned taken[RT_LIMITS_STEPS]; /* with the world stopped; relaxed */

unsigned rt_limits_taken(enum rt_limits_step step)
{
    return __atomic_load_n(&taken[step], __ATOMIC_RELAXED);
}

/* ---- the watching thread ---- */

static void raise_flags(void)
{
    __atomic_store_n(&rt_limits_drop_wanted, true, __ATOMIC_RELEASE);
    /* release: who sees this one sees the others */
    __atomic_store_n(&rt_event_reset_wanted, true, __ATOMIC_RELEASE);
}

static void want(enum rt_limits_step step)
{
    wanted = step;
    raise_flags();
}

/* The last step, and what it came to. */
static struct {
    enum rt_limits_step step;
    bool pending;      /* asked for, and not measured since */
    unsigned in_a_row; /* times that `oldest` was not enough */
    size_t left;       /* held after it, or less */
} latest = {.step = RT_LIMITS_COMPACT};

/* The next step, or RT_LIMITS_STEPS for none. */
static enum rt_limits_step next_step(size_t own, size_t limit)
{
    enum { ENOUGH_OLDEST = 3 };
    size_t grown = own - latest.left;
    bool tight = own > limit - limit / 8; /* as it is, the limit would be reached in no time */

    if (latest.step == RT_LIMITS_ALL && latest.left > limit - limit / 8)
        return own > limit && grown >= limit / 4 ? RT_LIMITS_ALL : RT_LIMITS_STEPS;
    if (own > limit || (latest.step == RT_LIMITS_OLDEST && grown == 0 && tight))
        return latest.in_a_row < ENOUGH_OLDEST ? RT_LIMITS_OLDEST : RT_LIMITS_ALL;
    if (own > limit / 4 * 3 && grown >= limit / 8)
        return RT_LIMITS_COMPACT;
    return RT_LIMITS_STEPS;
}

static void decide(size_t own, size_t limit)
{
    if (latest.pending || own < latest.left)
        latest.left = own;
    latest.pending = false;
    enum rt_limits_step step = next_step(own, limit);
    if (own <= limit - limit / 8)
        latest.in_a_row = 0;
    if (step == RT_LIMITS_STEPS)
        return;
    latest.step = step;
    latest.pending = true;
    latest.in_a_row = step == RT_LIMITS_OLDEST ? latest.in_a_row + 1 : 0;
    want(step);
}

static void check_runtime(size_t resident, uint64_t now)
{
    static size_t measured_at; /* resident at the last measure */
    static uint64_t measured;  /* when */
    static bool said;
    size_t limit = (size_t)rt_options.memory_limit_mb << 20;
    struct rt_memory_use use;

    if (rt_options.verbosity && !said) { /* the stock runtime's words */
        rt_say("ThreadSanitizer: memory flush check: RSS=%zu LIMIT=%zu MB", resident >> 20,
               limit >> 20);
        said = true;
    }
    if (__atomic_load_n(&rt_limits_drop_wanted, __ATOMIC_ACQUIRE))
        return;
    if (!latest.pending && (resident <= limit / 4 * 3 || (resident < measured_at + limit / 16 &&
                                                          now - measured < MEASURE_EVERY_MS * MS)))
        return;
    if (!rt_memory_measure(&use))
        return;
    measured_at = resident;
    measured = now;
    decide(use.runtime, limit);
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
    want(RT_LIMITS_ALL);
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
            raise_flags();
    }
    return 0;
}

static bool started; /* by the only thread: at init, when it makes the second one, after fork */

void rt_limits_after_fork(void)
{
    started = false;
    rt_memory_after_fork();
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

enum { AGES = 256 };

struct ages {
    unsigned shift;
    core_id oldest_kept;
    size_t pages[AGES]; /* by the newest id of a page >> shift */
};

static enum rt_walk_left count_page(void *arg, uint64_t *p, uint64_t *q, size_t n)
{
    struct ages *a = arg;
    a->pages[core_cells_newest(&rt_shadow, p, q, n) >> a->shift]++;
    return RT_WALK_PQ;
}

static enum rt_walk_left forget_page(void *arg, uint64_t *p, uint64_t *q, size_t n)
{
    const struct ages *a = arg;
    return core_cells_newest(&rt_shadow, p, q, n) < a->oldest_kept ? RT_WALK_NOTHING : RT_WALK_PQ;
}

/* Forgets the older half of the shadow's pages, or a little more. False: it could not be done. */
static bool forget_oldest(void)
{
    static struct ages a; /* the world is stopped */
    a = (struct ages){.shift = CORE_ID_BITS - 8};
    while (a.shift && rt_event_ids_end() >> (a.shift - 1) < AGES)
        a.shift--;
    long pages = rt_shadow_walk(count_page, &a);
    if (pages < 0)
        return false;
    pages += (long)rt_drafts_count(a.pages, a.shift);
    size_t older = 0;
    for (core_id i = 0; i < AGES && older * 2 < (size_t)pages; i++) {
        older += a.pages[i];
        a.oldest_kept = (i + 1) << a.shift;
    }
    rt_drafts_forget_older(a.oldest_kept);
    return rt_shadow_walk(forget_page, &a) >= 0;
}

/* World stopped. What is given up of the history: the degrading steps. */
static void take_step(enum rt_limits_step step)
{
    bool kept = step != RT_LIMITS_ALL;
    if (step == RT_LIMITS_OLDEST)
        kept = forget_oldest();
    if (kept)
        kept = rt_collect();
    if (!kept)
        rt_event_drop_history();
    if (step != RT_LIMITS_COMPACT || !kept)
        rt_degrade(RT_DEGRADED_HISTORY);
    __atomic_store_n(&taken[step], taken[step] + 1, __ATOMIC_RELAXED);
}

void rt_limits_drop(struct rt_thread *t)
{
    static bool said;
    bool lost = false;
    rt_tls.depth++;
    rt_world_stop(t);
    /* acquire: the step that is wanted */
    if (__atomic_load_n(&rt_limits_drop_wanted, __ATOMIC_ACQUIRE)) { /* nobody was faster */
        take_step(wanted);
        lost = wanted != RT_LIMITS_COMPACT && rt_options.memory_limit_mb && !said;
        said |= lost;
        rt_event_reset_wanted = false;
        /* release: the watching thread may want another one */
        __atomic_store_n(&rt_limits_drop_wanted, false, __ATOMIC_RELEASE);
    }
    rt_world_go(t);
    if (lost)
        rt_say("memory_limit_mb=%d is reached: older accesses are forgotten, races with them are "
               "not seen",
               rt_options.memory_limit_mb);
    rt_tls.depth--;
}

void rt_limits_say(void)
{
    if (rt_options.memory_limit_mb &&
        (rt_limits_taken(RT_LIMITS_OLDEST) || rt_limits_taken(RT_LIMITS_ALL)))
        rt_say("memory_limit_mb=%d: the history was compacted early %u times, the oldest of it "
               "forgotten %u times, all of it %u times",
               rt_options.memory_limit_mb, rt_limits_taken(RT_LIMITS_COMPACT),
               rt_limits_taken(RT_LIMITS_OLDEST), rt_limits_taken(RT_LIMITS_ALL));
}
