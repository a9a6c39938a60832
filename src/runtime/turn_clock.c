/*
 * Virtual time: a function of the steps of the run and of the jumps to deadlines, so that it is
 * the same each time.
 */
#include "turn_state.h"

#include "options.h"
#include "sys/sys.h"

enum { START_S = 1000 }; /* of CLOCK_MONOTONIC */

/* CLOCK_REALTIME at the start: 2026-01-01, UTC. */
#define START_OF_DAY_S 1767225600ll

bool rt_clock_is_virtual(void)
{
    return rt_controlled() && rt_options.virtual_time;
}

uint64_t rt_clock_ns(void)
{
    if (!rt_clock_is_virtual())
        return sys_monotonic_ns();
    return START_S * 1000000000ull + rt_turns.steps * RT_STEP_NS + rt_turns.jumped_ns;
}

void rt_clock_jump(uint64_t ns)
{
    rt_turns.jumped_ns += ns;
}

static int64_t read_clock(clockid_t clock)
{
    struct timespec ts = {0};
    sys_clock(clock, &ts);
    return ts.tv_sec * 1000000000ll + ts.tv_nsec;
}

int64_t rt_clock_offset_ns(clockid_t clock)
{
    if (!rt_clock_is_virtual())
        return read_clock(clock) - read_clock(CLOCK_MONOTONIC);
    switch (clock) {
    case CLOCK_REALTIME:
    case CLOCK_REALTIME_COARSE:
    case CLOCK_REALTIME_ALARM:
        return (START_OF_DAY_S - START_S) * 1000000000ll;
    case CLOCK_TAI:
        return (START_OF_DAY_S + 37 - START_S) * 1000000000ll;
    case CLOCK_PROCESS_CPUTIME_ID:
    case CLOCK_THREAD_CPUTIME_ID:
        return -START_S * 1000000000ll;
    default:
        return 0;
    }
}

uint64_t rt_clock_deadline_ns(clockid_t clock, const struct timespec *deadline)
{
    if (!deadline)
        return RT_NEVER;
    if (deadline->tv_sec > INT64_MAX / 2000000000)
        return RT_NEVER;
    int64_t at = deadline->tv_sec * 1000000000ll + deadline->tv_nsec - rt_clock_offset_ns(clock);
    return at < 0 ? 0 : (uint64_t)at;
}

uint64_t rt_clock_after_ns(uint64_t ns)
{
    uint64_t now = rt_clock_ns();
    return ns > RT_NEVER - 1 - now ? RT_NEVER : now + ns;
}
