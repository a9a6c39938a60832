/*
 * Time: sleeping, which makes races look ordered and is remembered for reports, and clocks,
 * which fill memory.
 */
#include "../thread.h"
#include "rows.h"

#include <sys/random.h>
#include <sys/time.h>
#include <sys/timeb.h>
#include <sys/times.h>
#include <time.h>
#include <unistd.h>

/* A row stays a row. */
/* clang-format off */

#define SLEPT rt_sleep_record(t, pc);

ROW(unsigned, sleep, (unsigned seconds), (seconds), BLOCK, , true, SLEPT)
ROW(int, usleep, (useconds_t us), (us), BLOCK, , true, SLEPT)
ROW(int, nanosleep, (const struct timespec *time, struct timespec *left), (time, left), BLOCK,
    GET(time), true, SLEPT if (r) PUT(left))
ROW(int, clock_nanosleep,
    (clockid_t clock, int flags, const struct timespec *time, struct timespec *left),
    (clock, flags, time, left), BLOCK, GET(time), true,
    SLEPT if (r == EINTR && !(flags & TIMER_ABSTIME)) PUT(left))

ROW(int, clock_gettime, (clockid_t clock, struct timespec *time), (clock, time), NOW, , r == 0,
    PUT(time))
ROW(int, clock_getres, (clockid_t clock, struct timespec *time), (clock, time), NOW, , r == 0,
    PUT(time))
ROW(int, clock_settime, (clockid_t clock, const struct timespec *time), (clock, time), NOW,
    GET(time), false, )
ROW(int, clock_getcpuclockid, (pid_t pid, clockid_t *clock), (pid, clock), NOW, , r == 0,
    PUT(clock))
ROW(int, gettimeofday, (struct timeval *time, void *zone), (time, zone), NOW, , r == 0,
    PUT(time) OUT(zone, sizeof(struct timezone)))
ROW(time_t, time, (time_t *time), (time), NOW, , r != (time_t)-1, PUT(time))
ROW(clock_t, times, (struct tms *time), (time), NOW, , r != (clock_t)-1, PUT(time))

int ftime(struct timeb *time);
ROW(int, ftime, (struct timeb *time), (time), NOW, , r == 0, PUT(time))

ROW(ssize_t, getrandom, (void *to, size_t n, unsigned flags), (to, n, flags), BLOCK, , r > 0,
    OUT(to, r))
ROW(int, getentropy, (void *to, size_t n), (to, n), BLOCK, , r == 0, OUT(to, n))
