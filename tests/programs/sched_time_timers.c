/*
 * Timers: what goes off, when, how often and with what. Threads are there that have nothing to do
 * with it. tests/cli/virtual_time.sh runs it with seconds for milliseconds.
 */
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include "sched_check.h"

#ifndef UNIT_MS
#define UNIT_MS 20
#endif

static struct timespec units(int n)
{
    long ms = (long)n * UNIT_MS;
    return (struct timespec){ms / 1000, ms % 1000 * 1000000};
}

static volatile int ticks, value;

static void on_timer(int sig, siginfo_t *info, void *context)
{
    (void)context;
    (void)sig;
    IS(info->si_code, SI_TIMER);
    value = info->si_value.sival_int;
    ticks++;
}

static void posix_timers(void)
{
    struct sigaction action = {.sa_sigaction = on_timer, .sa_flags = SA_SIGINFO};
    struct sigevent event = {
        .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1, .sigev_value.sival_int = 42};
    struct itimerspec periodic = {units(1), units(2)}, now;
    timer_t timer;

    sigaction(SIGUSR1, &action, NULL);
    ticks = 0;
    IS(timer_create(CLOCK_MONOTONIC, &event, &timer), 0);
    IS(timer_gettime(timer, &now), 0);
    IS(now.it_value.tv_sec + now.it_value.tv_nsec, 0);
    IS(timer_settime(timer, 0, &periodic, NULL), 0);
    IS(timer_gettime(timer, &now), 0);
    CHECK(now.it_value.tv_sec + now.it_value.tv_nsec > 0);
    for (int i = 1; i <= 3; i++) {
        while (ticks < i)
            pause();
        IS(value, 42);
    }
    CHECK(timer_getoverrun(timer) >= 0);
    IS(timer_delete(timer), 0);
    IS(timer_delete(timer), -1);
    int before = ticks;
    nanosleep(&(struct timespec){units(5).tv_sec, units(5).tv_nsec}, NULL);
    IS(ticks, before);
}

static void descriptors(void)
{
    struct itimerspec once = {{0, 0}, units(3)}, every = {units(1), units(1)}, now, none = {{0}, {0}};
    uint64_t count;
    int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);

    CHECK(fd >= 0);
    IS(read(fd, &count, sizeof count), -1);
    IS(errno, EAGAIN);
    IS(timerfd_settime(fd, 0, &once, NULL), 0);
    IS(timerfd_gettime(fd, &now), 0);
    CHECK(now.it_value.tv_sec + now.it_value.tv_nsec > 0);
    struct pollfd p = {.fd = fd, .events = POLLIN};
    IS(poll(&p, 1, -1), 1);
    IS(read(fd, &count, sizeof count), sizeof count);
    IS(count, 1);
    IS(timerfd_settime(fd, 0, &every, NULL), 0);
    struct timespec rest = {units(5).tv_sec, units(5).tv_nsec + units(1).tv_nsec / 2};
    nanosleep(&rest, NULL);
    IS(read(fd, &count, sizeof count), sizeof count);
    CHECK(count >= 5);
    IS(timerfd_settime(fd, 0, &none, &now), 0);
    CHECK(now.it_interval.tv_sec + now.it_interval.tv_nsec > 0);
    IS(read(fd, &count, sizeof count), -1);
    IS(close(fd), 0);

    fd = timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC);
    struct itimerspec at = {.it_value = from_now(CLOCK_REALTIME, 2 * UNIT_MS)};
    IS(timerfd_settime(fd, TFD_TIMER_ABSTIME, &at, NULL), 0);
    IS(read(fd, &count, sizeof count), sizeof count);
    IS(count, 1);
    IS(close(fd), 0);
}

/* The signal goes to a thread that waits for it. */
static void *waits(void *arg)
{
    sigset_t set;
    int sig;
    sigemptyset(&set);
    sigaddset(&set, SIGALRM);
    IS(sigwait(&set, &sig), 0);
    IS(sig, SIGALRM);
    return arg;
}

static void waited_for(void)
{
    sigset_t set, old;
    pthread_t th;
    struct itimerval soon = {.it_value = {units(1).tv_sec, units(1).tv_nsec / 1000}};
    sigemptyset(&set);
    sigaddset(&set, SIGALRM);
    pthread_sigmask(SIG_BLOCK, &set, &old);
    pthread_create(&th, NULL, waits, NULL);
    IS(setitimer(ITIMER_REAL, &soon, NULL), 0);
    IS(pthread_join(th, NULL), 0);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
}

/* Something else to run meanwhile, which signals do not concern. */
static volatile int stop;

static void *idle(void *arg)
{
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, NULL);
    while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
        struct timespec ts = units(1);
        nanosleep(&ts, NULL);
    }
    return arg;
}

int main(void)
{
    pthread_t th;
    posix_timers();
    pthread_create(&th, NULL, idle, NULL);
    posix_timers();
    descriptors();
    waited_for();
    __atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
    IS(pthread_join(th, NULL), 0);
    return 0;
}
