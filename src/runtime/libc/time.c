/*
 * Time: sleeping, which makes races look ordered and is remembered for reports, and clocks,
 * which fill memory.
 */
#include "../thread.h"
#include "rows.h"

#include <sys/time.h>
#include <sys/timeb.h>
#include <sys/times.h>
#include <time.h>
#include <unistd.h>

/* A row stays a row. */
/* clang-format off */

#define SLEPT rt_sleep_record(t, pc);

/* ---- sleeping: in a controlled program until its clock gets there, which may be at once ---- */

static unsigned sleep_seconds(struct rt_thread *t, rt_pc pc, unsigned seconds)
{
    struct timespec time = {.tv_sec = seconds}, left = {0};
    rt_sleep_for(t, pc, &time, &left);
    return (unsigned)left.tv_sec + (left.tv_nsec >= 500000000);
}

/* 0, or -1 with errno. */
static int sleep_errno(struct rt_thread *t, rt_pc pc, const struct timespec *time,
                       struct timespec *left)
{
    int error = rt_sleep_for(t, pc, time, left);
    if (error)
        errno = error;
    return error ? -1 : 0;
}

static int sleep_us(struct rt_thread *t, rt_pc pc, useconds_t us)
{
    struct timespec time = {us / 1000000, us % 1000000 * 1000};
    return sleep_errno(t, pc, &time, NULL);
}

/* What only the kernel knows to refuse is the real function's. */
static bool is_sleep(clockid_t clock, const struct timespec *time)
{
    return (clock == CLOCK_REALTIME || clock == CLOCK_MONOTONIC || clock == CLOCK_BOOTTIME ||
            clock == CLOCK_TAI || clock == CLOCK_PROCESS_CPUTIME_ID) &&
           rt_timespec_valid(time);
}

static int sleep_on_clock(struct rt_thread *t, rt_pc pc, clockid_t clock, int flags,
                          const struct timespec *time, struct timespec *left)
{
    if (flags & TIMER_ABSTIME)
        return rt_sleep_until(t, pc, rt_clock_deadline_ns(clock, time));
    return rt_sleep_for(t, pc, time, left);
}

MODELLED(unsigned, sleep, (unsigned seconds), (seconds), sleep_seconds(t, pc, seconds), BLOCK, ,
    true, SLEPT)
MODELLED(int, usleep, (useconds_t us), (us), sleep_us(t, pc, us), BLOCK, , true, SLEPT)
MODELLED(int, nanosleep, (const struct timespec *time, struct timespec *left), (time, left),
    sleep_errno(t, pc, time, left), BLOCK, GET(time), true,
    SLEPT if (r < 0 && errno == EINTR) PUT(left))
MODELLED(int, clock_nanosleep,
    (clockid_t clock, int flags, const struct timespec *time, struct timespec *left),
    (clock, flags, time, left),
    is_sleep(clock, time) ? sleep_on_clock(t, pc, clock, flags, time, left)
                          : RT_REAL(clock_nanosleep)(clock, flags, time, left),
    BLOCK, GET(time), true, SLEPT if (r == EINTR && !(flags & TIMER_ABSTIME)) PUT(left))

/* ---- clocks: virtual ones go on with the schedule, and a little with each look, so that a loop
 * that waits for a time ends ---- */

static bool is_virtual(clockid_t clock)
{
    /* the processor time of a thread or process has a negative number */
    return rt_clock_is_virtual() && clock <= CLOCK_TAI;
}

static int64_t now_ns(struct rt_thread *t, rt_pc pc, clockid_t clock)
{
    rt_turn_point(t, pc, CORE_OP_EXTERNAL, 0);
    if (!rt_multi)
        rt_clock_jump(RT_STEP_NS);
    return (int64_t)rt_clock_ns() + rt_clock_offset_ns(clock < 0 ? CLOCK_PROCESS_CPUTIME_ID : clock);
}

static int read_clock(struct rt_thread *t, rt_pc pc, clockid_t clock, struct timespec *time)
{
    *time = rt_ns_timespec((uint64_t)now_ns(t, pc, clock));
    return 0;
}

static int read_day(struct rt_thread *t, rt_pc pc, struct timeval *time, void *zone)
{
    int64_t ns = now_ns(t, pc, CLOCK_REALTIME);
    if (time)
        *time = (struct timeval){ns / 1000000000, ns % 1000000000 / 1000};
    if (zone)
        *(struct timezone *)zone = (struct timezone){0};
    return 0;
}

static time_t read_seconds(struct rt_thread *t, rt_pc pc, time_t *time)
{
    time_t s = now_ns(t, pc, CLOCK_REALTIME) / 1000000000;
    if (time)
        *time = s;
    return s;
}

enum { TICKS_PER_S = 100 }; /* of times(); the same on all of Linux */

static clock_t read_times(struct rt_thread *t, rt_pc pc, struct tms *time)
{
    enum { TICK_NS = 1000000000 / TICKS_PER_S };
    clock_t used = now_ns(t, pc, CLOCK_PROCESS_CPUTIME_ID) / TICK_NS;
    if (time)
        *time = (struct tms){.tms_utime = used};
    return (clock_t)(rt_clock_ns() / TICK_NS);
}

static int read_timeb(struct rt_thread *t, rt_pc pc, struct timeb *time)
{
    int64_t ns = now_ns(t, pc, CLOCK_REALTIME);
    *time = (struct timeb){.time = ns / 1000000000,
                           .millitm = (unsigned short)(ns % 1000000000 / 1000000)};
    return 0;
}

#define CLOCK_READ(clock, model, real) is_virtual(clock) ? model : real

MODELLED(int, clock_gettime, (clockid_t clock, struct timespec *time), (clock, time),
    CLOCK_READ(clock, read_clock(t, pc, clock, time), RT_REAL(clock_gettime)(clock, time)), NOW, ,
    r == 0, PUT(time))
ROW(int, clock_getres, (clockid_t clock, struct timespec *time), (clock, time), NOW, , r == 0,
    PUT(time))
ROW(int, clock_settime, (clockid_t clock, const struct timespec *time), (clock, time), NOW,
    GET(time), false, )
ROW(int, clock_getcpuclockid, (pid_t pid, clockid_t *clock), (pid, clock), NOW, , r == 0,
    PUT(clock))
MODELLED(int, gettimeofday, (struct timeval *time, void *zone), (time, zone),
    CLOCK_READ(CLOCK_REALTIME, read_day(t, pc, time, zone), RT_REAL(gettimeofday)(time, zone)),
    NOW, , r == 0, PUT(time) OUT(zone, sizeof(struct timezone)))
MODELLED(time_t, time, (time_t *time), (time),
    CLOCK_READ(CLOCK_REALTIME, read_seconds(t, pc, time), RT_REAL(time)(time)), NOW, ,
    r != (time_t)-1, PUT(time))
MODELLED(clock_t, times, (struct tms *time), (time),
    CLOCK_READ(CLOCK_REALTIME, read_times(t, pc, time), RT_REAL(times)(time)), NOW, ,
    r != (clock_t)-1, PUT(time))
MODELLED(clock_t, clock, (void), (),
    CLOCK_READ(CLOCK_REALTIME, now_ns(t, pc, CLOCK_PROCESS_CPUTIME_ID) / 1000, RT_REAL(clock)()),
    NOW, , false, )
MODELLED(int, timespec_get, (struct timespec *time, int base), (time, base),
    base == TIME_UTC ? CLOCK_READ(CLOCK_REALTIME,
                                  (read_clock(t, pc, CLOCK_REALTIME, time), TIME_UTC),
                                  RT_REAL(timespec_get)(time, base))
                     : RT_REAL(timespec_get)(time, base),
    NOW, , r, PUT(time))

int ftime(struct timeb *time);
MODELLED(int, ftime, (struct timeb *time), (time),
    CLOCK_READ(CLOCK_REALTIME, read_timeb(t, pc, time), RT_REAL(ftime)(time)), NOW, , r == 0,
    PUT(time))
