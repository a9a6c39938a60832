#include "timers.h"

#include "../signals.h"
#include "../sys/sys.h"
#include "../thread.h"
#include "rows.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

/* A row stays a row. */
/* clang-format off */

enum { NS_PER_S = 1000000000 };

/* ---- one timer ---- */

struct timer {
    struct rt_alarm alarm; /* first */
    uint64_t due_ns, interval_ns;
    void (*expire)(struct rt_thread *t, struct timer *timer);
    struct timer *next; /* of its kind */
    /* POSIX: */
    int id, sig;
    union sigval value;
    clockid_t clock;
    pid_t tid; /* SIGEV_THREAD_ID; 0 the process */
    /* timerfd: the program's descriptor and one of our own */
    int fd, own_fd;
};

static void arm(struct rt_thread *t, struct timer *timer, uint64_t due_ns, uint64_t interval_ns)
{
    timer->due_ns = due_ns;
    timer->interval_ns = interval_ns;
    rt_turn_at(t, &timer->alarm, due_ns);
}

static void ring(struct rt_thread *t, struct rt_alarm *a)
{
    struct timer *timer = (struct timer *)a;
    uint64_t next = timer->interval_ns ? timer->due_ns + timer->interval_ns : RT_NEVER;
    arm(t, timer, next, timer->interval_ns);
    timer->expire(t, timer);
}

static uint64_t left_ns(const struct timer *timer)
{
    uint64_t left = timer->due_ns == RT_NEVER ? 0 : rt_time_left_ns(timer->due_ns);
    return timer->due_ns == RT_NEVER || left ? left : 1; /* 0 says that it isn't set */
}

static struct timer *timer_new(struct timer **list, void (*expire)(struct rt_thread *, struct timer *))
{
    struct timer *timer = core_alloc(sizeof *timer);
    *timer = (struct timer){.alarm.ring = ring, .due_ns = RT_NEVER, .expire = expire, .next = *list};
    return *list = timer;
}

static void timer_drop(struct rt_thread *t, struct timer **list, struct timer *timer)
{
    while (*list && *list != timer)
        list = &(*list)->next;
    if (*list)
        *list = timer->next;
    rt_turn_at(t, &timer->alarm, RT_NEVER);
    core_free(timer, sizeof *timer);
}

/* ---- to whom the signal goes ---- */

/* Has this thread the signal blocked? /proc says so for others; when it doesn't, no. */
static bool is_blocked(pid_t tid, int sig)
{
    char path[64], text[4096];
    struct rt_text name_of = {.data = path, .capacity = sizeof path, .fixed = true};
    rt_put(&name_of, "/proc/self/task/%d/status", tid);
    int fd = sys_open(path, O_RDONLY | O_CLOEXEC, 0);
    ssize_t n = fd < 0 ? 0 : sys_read(fd, text, sizeof text - 1);
    if (fd >= 0)
        sys_close(fd);
    uint64_t mask = 0;
    text[n > 0 ? n : 0] = 0;
    for (const char *s = text; *s; s++) {
        static const char name[] = "\nSigBlk:\t";
        size_t i = 0;
        while (name[i] && s[i] == name[i])
            i++;
        if (name[i])
            continue;
        for (s += i; *s && *s != '\n'; s++)
            mask = mask << 4 | (uint64_t)(*s <= '9' ? *s - '0' : (*s | 32) - 'a' + 10);
        break;
    }
    return mask >> (sig - 1) & 1;
}

struct search {
    int sig;
    pid_t tid; /* wanted; 0 any */
    struct rt_thread *found;
};

static void consider(struct rt_thread *t, void *arg)
{
    struct search *s = arg;
    if (t->finished || !t->os_tid || (s->tid && t->os_tid != s->tid))
        return;
    if ((!s->found || t->uid < s->found->uid) && (s->tid || !is_blocked(t->os_tid, s->sig)))
        s->found = t;
}

/* The thread that gives the signal a chance to be handled is told first: it is ready by the order
 * of the schedule then, not by that of the kernel. */
static void send_signal(struct rt_thread *t, pid_t tid, int sig, siginfo_t *info)
{
    struct search s = {sig, tid, NULL};
    rt_thread_for_each(consider, &s);
    info->si_signo = sig;
    info->si_pid = sys_pid();
    rt_signal_release(t, sig);
    if (!s.found) { /* blocked by all: it stays pending, or somebody waits for it */
        sys_call(SYS_rt_sigqueueinfo, sys_pid(), sig, (long)info, 0, 0, 0);
        rt_turn_fd_changed(t); /* as sigwait waits */
        return;
    }
    rt_turn_interrupt(t, s.found); /* t may be about to wait itself */
    sys_call(SYS_rt_tgsigqueueinfo, sys_pid(), s.found->os_tid, sig, (long)info, 0, 0);
}

/* ---- alarm, setitimer ---- */

static void expire_itimer(struct rt_thread *t, struct timer *timer)
{
    siginfo_t info = {.si_code = SI_TIMER};
    (void)timer;
    send_signal(t, 0, SIGALRM, &info);
}

static struct timer itimer = {.alarm.ring = ring, .due_ns = RT_NEVER, .expire = expire_itimer};

static struct timeval timeval_of(uint64_t ns)
{
    uint64_t us = (ns + 999) / 1000;
    return (struct timeval){(time_t)(us / 1000000), (suseconds_t)(us % 1000000)};
}

static bool timeval_valid(const struct timeval *v)
{
    return v->tv_sec >= 0 && v->tv_usec >= 0 && v->tv_usec < 1000000;
}

static uint64_t timeval_ns(const struct timeval *v)
{
    struct timespec ts = {v->tv_sec, v->tv_usec * 1000};
    return rt_timespec_ns(&ts);
}

static void set_itimer(struct rt_thread *t, uint64_t first_ns, uint64_t interval_ns)
{
    arm(t, &itimer, first_ns ? rt_clock_after_ns(first_ns) : RT_NEVER, interval_ns);
}

static int exchange_itimer(struct rt_thread *t, rt_pc pc, const struct itimerval *set,
                           struct itimerval *old)
{
    rt_turn_point(t, pc, CORE_OP_EXTERNAL, 0);
    if (set && (!timeval_valid(&set->it_value) || !timeval_valid(&set->it_interval))) {
        errno = EINVAL;
        return -1;
    }
    struct itimerval before = {timeval_of(itimer.interval_ns), timeval_of(left_ns(&itimer))};
    if (set)
        set_itimer(t, timeval_ns(&set->it_value), timeval_ns(&set->it_interval));
    if (old)
        *old = before;
    return 0;
}

/* Whole seconds, rounded, but not to "none". */
static unsigned exchange_alarm(struct rt_thread *t, rt_pc pc, uint64_t ns)
{
    rt_turn_point(t, pc, CORE_OP_EXTERNAL, 0);
    uint64_t left = left_ns(&itimer);
    unsigned seconds = (unsigned)((left + NS_PER_S / 2) / NS_PER_S);
    set_itimer(t, ns, 0);
    return left && !seconds ? 1 : seconds;
}

static useconds_t exchange_ualarm(struct rt_thread *t, rt_pc pc, useconds_t first,
                                  useconds_t interval)
{
    rt_turn_point(t, pc, CORE_OP_EXTERNAL, 0);
    uint64_t left = left_ns(&itimer);
    set_itimer(t, first * 1000ull, interval * 1000ull);
    return (useconds_t)(left / 1000);
}

#define MODEL_OR_REAL(modelled, model, real) rt_clock_is_virtual() && (modelled) ? model : real

MODELLED(unsigned, alarm, (unsigned seconds), (seconds),
    MODEL_OR_REAL(true, exchange_alarm(t, pc, seconds * 1000000000ull), RT_REAL(alarm)(seconds)),
    NOW, DO(rt_timer_release(t)), false, )
MODELLED(useconds_t, ualarm, (useconds_t first, useconds_t interval), (first, interval),
    MODEL_OR_REAL(true, exchange_ualarm(t, pc, first, interval), RT_REAL(ualarm)(first, interval)),
    NOW, DO(rt_timer_release(t)), false, )
MODELLED(int, getitimer, (__itimer_which_t which, struct itimerval *now), (which, now),
    MODEL_OR_REAL(which == ITIMER_REAL, exchange_itimer(t, pc, NULL, now),
                  RT_REAL(getitimer)(which, now)),
    NOW, , r == 0, PUT(now))
MODELLED(int, setitimer,
    (__itimer_which_t which, const struct itimerval *set, struct itimerval *old),
    (which, set, old),
    MODEL_OR_REAL(which == ITIMER_REAL && set, exchange_itimer(t, pc, set, old),
                  RT_REAL(setitimer)(which, set, old)),
    NOW, GET(set) DO(rt_timer_release(t)), r == 0, PUT(old))

/* ---- POSIX timers: ours have numbers that the kernel doesn't reach ---- */

enum { FIRST_ID = 1 << 30 };

static struct timer *posix_timers;
static int next_id = FIRST_ID;

static void expire_posix(struct rt_thread *t, struct timer *timer)
{
    siginfo_t info = {.si_code = SI_TIMER};
    info.si_value = timer->value;
    if (timer->sig)
        send_signal(t, timer->tid, timer->sig, &info);
}

static struct timer *posix_timer(timer_t id)
{
    struct timer *timer = posix_timers;
    while (timer && timer->id != (int)(intptr_t)id)
        timer = timer->next;
    return timer;
}

static bool is_clock_of_time(clockid_t clock)
{
    return clock == CLOCK_REALTIME || clock == CLOCK_MONOTONIC || clock == CLOCK_BOOTTIME ||
           clock == CLOCK_TAI || clock == CLOCK_REALTIME_ALARM || clock == CLOCK_BOOTTIME_ALARM;
}

static bool can_model(clockid_t clock, const struct sigevent *event)
{
    int how = event ? event->sigev_notify : SIGEV_SIGNAL;
    bool sends = how == SIGEV_SIGNAL || how == SIGEV_THREAD_ID;
    return is_clock_of_time(clock) && (how == SIGEV_NONE || sends) &&
           (!event || !sends || (event->sigev_signo > 0 && event->sigev_signo <= RT_SIGNALS));
}

static int create_posix(clockid_t clock, const struct sigevent *event, timer_t *id)
{
    struct timer *timer = timer_new(&posix_timers, expire_posix);
    timer->id = next_id++;
    timer->clock = clock;
    timer->sig = event ? event->sigev_signo : SIGALRM;
    timer->value.sival_int = timer->id;
    if (event) {
        timer->value = event->sigev_value;
        if (event->sigev_notify == SIGEV_NONE)
            timer->sig = 0;
        if (event->sigev_notify == SIGEV_THREAD_ID)
            timer->tid = event->_sigev_un._tid;
    }
    *id = (timer_t)(intptr_t)timer->id;
    return 0;
}

static void read_timer(const struct timer *timer, struct itimerspec *out)
{
    *out = (struct itimerspec){rt_ns_timespec(timer->interval_ns), rt_ns_timespec(left_ns(timer))};
}

/* timer_settime and timerfd_settime. */
static int set_timer(struct rt_thread *t, struct timer *timer, bool absolute,
                     const struct itimerspec *set, struct itimerspec *old)
{
    if (!rt_timespec_valid(&set->it_value) || !rt_timespec_valid(&set->it_interval)) {
        errno = EINVAL;
        return -1;
    }
    struct itimerspec before;
    read_timer(timer, &before);
    uint64_t first = rt_timespec_ns(&set->it_value), due = RT_NEVER;
    if (first)
        due = absolute ? rt_clock_deadline_ns(timer->clock, &set->it_value) : rt_clock_after_ns(first);
    arm(t, timer, due, rt_timespec_ns(&set->it_interval));
    if (old)
        *old = before;
    return 0;
}

static int delete_posix(struct rt_thread *t, struct timer *timer)
{
    timer_drop(t, &posix_timers, timer);
    return 0;
}

/* Alarms and timers are the parent's; descriptors are the child's, too. */
void rt_timers_after_fork(struct rt_thread *t)
{
    if (!rt_clock_is_virtual())
        return;
    arm(t, &itimer, RT_NEVER, 0);
    while (posix_timers)
        delete_posix(t, posix_timers);
}

#define OURS(id) posix_timer(id)

MODELLED(int, timer_create, (clockid_t clock, struct sigevent *event, timer_t *id),
    (clock, event, id),
    MODEL_OR_REAL(can_model(clock, event), create_posix(clock, event, id),
                  RT_REAL(timer_create)(clock, event, id)),
    BLOCK, GET(event), r == 0, PUT(id))
MODELLED(int, timer_settime,
    (timer_t id, int flags, const struct itimerspec *set, struct itimerspec *old),
    (id, flags, set, old),
    MODEL_OR_REAL(OURS(id) && set, set_timer(t, OURS(id), flags & TIMER_ABSTIME, set, old),
                  RT_REAL(timer_settime)(id, flags, set, old)),
    NOW, GET(set) DO(rt_timer_release(t)), r == 0, PUT(old))
MODELLED(int, timer_gettime, (timer_t id, struct itimerspec *now), (id, now),
    MODEL_OR_REAL(OURS(id), (read_timer(OURS(id), now), 0), RT_REAL(timer_gettime)(id, now)), NOW, ,
    r == 0, PUT(now))
/* Signals of ours are never late. */
MODELLED(int, timer_getoverrun, (timer_t id), (id),
    MODEL_OR_REAL(OURS(id), 0, RT_REAL(timer_getoverrun)(id)), NOW, , false, )
MODELLED(int, timer_delete, (timer_t id), (id),
    MODEL_OR_REAL(OURS(id), delete_posix(t, OURS(id)), RT_REAL(timer_delete)(id)), NOW, , false, )

/* ---- timerfd: an eventfd, and a duplicate that the program cannot close ---- */

static struct timer *fd_timers;

static struct timer *fd_timer(int fd)
{
    struct timer *timer = fd_timers;
    while (timer && timer->fd != fd)
        timer = timer->next;
    return timer;
}

static void expire_fd(struct rt_thread *t, struct timer *timer)
{
    const uint64_t one = 1;
    sys_call(SYS_write, timer->own_fd, (long)&one, sizeof one, 0, 0, 0);
    rt_turn_fd_changed(t);
}

static bool can_model_fd(clockid_t clock, int flags)
{
    return is_clock_of_time(clock) && !(flags & ~(TFD_CLOEXEC | TFD_NONBLOCK));
}

static int create_fd(clockid_t clock, int flags)
{
    _Static_assert((int)EFD_CLOEXEC == (int)TFD_CLOEXEC && (int)EFD_NONBLOCK == (int)TFD_NONBLOCK, "one for the other");
    long fd = sys_call(SYS_eventfd2, 0, flags, 0, 0, 0, 0);
    int own = fd < 0 ? (int)fd : sys_dup_high((int)fd);
    if (own < 0) {
        if (fd >= 0)
            sys_close((int)fd);
        errno = -own;
        return -1;
    }
    struct timer *timer = timer_new(&fd_timers, expire_fd);
    timer->clock = clock;
    timer->fd = (int)fd;
    timer->own_fd = own;
    return (int)fd;
}

/* Setting it takes away what it has counted. */
static int set_fd(struct rt_thread *t, struct timer *timer, int flags, const struct itimerspec *set,
                  struct itimerspec *old)
{
    struct pollfd p = {.fd = timer->own_fd, .events = POLLIN};
    int err = set_timer(t, timer, flags & TFD_TIMER_ABSTIME, set, old);
    uint64_t count;
    if (!err && sys_call(SYS_poll, (long)&p, 1, 0, 0, 0, 0) == 1)
        sys_read(timer->own_fd, &count, sizeof count);
    return err;
}

void rt_timerfd_closing(struct rt_thread *t, int fd)
{
    struct timer *timer = fd_timers ? fd_timer(fd) : NULL;
    if (!timer)
        return;
    sys_close(timer->own_fd);
    timer_drop(t, &fd_timers, timer);
}

MODELLED(int, timerfd_create, (clockid_t clock, int flags), (clock, flags),
    MODEL_OR_REAL(can_model_fd(clock, flags), create_fd(clock, flags),
                  RT_REAL(timerfd_create)(clock, flags)),
    NOW, , true, NEW_FD(r, EVENT))
/* Whoever set the timer happens before the read that tells of its expiry. */
MODELLED(int, timerfd_settime,
    (int fd, int flags, const struct itimerspec *set, struct itimerspec *old),
    (fd, flags, set, old),
    MODEL_OR_REAL(fd_timer(fd) && set, set_fd(t, fd_timer(fd), flags, set, old),
                  RT_REAL(timerfd_settime)(fd, flags, set, old)),
    NOW, AT_FD(IO_WRITE, fd) GET(set) GIVE(fd), r == 0, PUT(old))
MODELLED(int, timerfd_gettime, (int fd, struct itimerspec *now), (fd, now),
    MODEL_OR_REAL(fd_timer(fd), (read_timer(fd_timer(fd), now), 0),
                  RT_REAL(timerfd_gettime)(fd, now)),
    NOW, USE_FD(fd), r == 0, PUT(now))
