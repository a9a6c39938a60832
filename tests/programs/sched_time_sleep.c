/*
 * Sleeps and time limits by the clocks of the program: so long and no shorter, in the order of
 * their ends, and a rest when a signal comes. tests/cli/virtual_time.sh runs it with hours in
 * place of milliseconds (-DUNIT_MS=3600000), which must end at once.
 */
#include <poll.h>
#include <semaphore.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timeb.h>
#include <sys/times.h>
#include <threads.h>
#include "sched_check.h"

#pragma GCC diagnostic ignored "-Wdeprecated-declarations" /* ftime */

#ifndef UNIT_MS
#define UNIT_MS 20
#endif
#define NS_PER_MS 1000000ll

static long long now_ns(clockid_t clock)
{
    struct timespec ts;
    IS(clock_gettime(clock, &ts), 0);
    return ts.tv_sec * 1000000000ll + ts.tv_nsec;
}

static struct timespec units(int n)
{
    long long ms = (long long)n * UNIT_MS;
    return (struct timespec){ms / 1000, ms % 1000 * 1000000};
}

/* ---- how long things take ---- */

static long long began;

static void begin(void)
{
    began = now_ns(CLOCK_MONOTONIC);
}

/* At least n units have passed, and not another one (there may be real time outside). */
static void took(int n)
{
    long long ns = now_ns(CLOCK_MONOTONIC) - began;
    CHECK(ns >= n * UNIT_MS * NS_PER_MS);
#if UNIT_MS >= 1000
    CHECK(ns < (n * UNIT_MS + 500) * NS_PER_MS);
#endif
}

static void plain_sleeps(void)
{
    struct timespec two = units(2), until;
    begin();
    IS(nanosleep(&two, NULL), 0);
    took(2);
    begin();
    IS(clock_nanosleep(CLOCK_REALTIME, 0, &two, NULL), 0);
    took(2);
    begin();
    IS(thrd_sleep(&two, NULL), 0);
    took(2);
    begin();
    until = from_now(CLOCK_MONOTONIC, 3 * UNIT_MS);
    IS(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL), 0);
    took(3);
    begin();
    IS(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL), 0); /* long ago */
    took(0);
    begin();
    IS(syscall(SYS_nanosleep, &two, NULL), 0);
    took(2);
    IS(usleep(UNIT_MS < 1000 ? UNIT_MS * 1000 : 999999), 0);
    two.tv_nsec = 1000000000;
    IS(nanosleep(&two, NULL), -1);
    IS(errno, EINVAL);
    IS(clock_nanosleep(12345, 0, &until, NULL), EINVAL);
#if UNIT_MS >= 1000
    begin();
    IS(sleep(2 * UNIT_MS / 1000), 0);
    took(2);
#endif
}

static void time_limits(void)
{
    int ends[2];
    struct timespec two = units(2);
    struct timeval tv = {two.tv_sec, two.tv_nsec / 1000};
    struct epoll_event event = {.events = EPOLLIN};
    sem_t sem;
    fd_set set;

    IS(pipe(ends), 0);
    struct pollfd p = {.fd = ends[0], .events = POLLIN};
    begin();
    IS(poll(&p, 1, 2 * UNIT_MS), 0);
    took(2);
    begin();
    IS(ppoll(&p, 1, &two, NULL), 0);
    took(2);
    begin();
    IS(poll(NULL, 0, UNIT_MS), 0);
    took(1);
    FD_ZERO(&set);
    FD_SET(ends[0], &set);
    begin();
    IS(select(ends[0] + 1, &set, NULL, NULL, &tv), 0);
    took(2);
    CHECK(!FD_ISSET(ends[0], &set));
    IS(tv.tv_sec, 0);
    IS(tv.tv_usec, 0);
    begin();
    IS(pselect(0, NULL, NULL, NULL, &two, NULL), 0);
    took(2);
    int epfd = epoll_create1(0);
    IS(epoll_ctl(epfd, EPOLL_CTL_ADD, ends[0], &event), 0);
    begin();
    IS(epoll_wait(epfd, &event, 1, 2 * UNIT_MS), 0);
    took(2);
    begin();
    IS(epoll_wait(epfd, &event, 1, 0), 0);
    took(0);
    begin();
    sem_init(&sem, 0, 0);
    struct timespec until = from_now(CLOCK_REALTIME, UNIT_MS);
    IS(sem_timedwait(&sem, &until), -1);
    IS(errno, ETIMEDOUT);
    took(1);
    IS(write(ends[1], "x", 1), 1);
    IS(poll(&p, 1, UNIT_MS), 1);
    IS(epoll_wait(epfd, &event, 1, -1), 1);
    close(epfd);
    close(ends[0]);
    close(ends[1]);
}

/* ---- clocks agree, and never go back ---- */

static void *looks_at_clock(void *arg)
{
    long long last = 0;
    for (int i = 0; i < 200; i++) {
        long long ns = now_ns(CLOCK_MONOTONIC);
        CHECK(ns >= last);
        last = ns;
    }
    return arg;
}

static void clocks(void)
{
    struct timespec two = units(2), ts;
    struct timeval tv;
    struct timeb tb;
    struct tms tms;
    pthread_t th[3];

    for (int i = 0; i < 3; i++)
        pthread_create(&th[i], NULL, looks_at_clock, NULL);
    for (int i = 0; i < 3; i++)
        pthread_join(th[i], NULL);

    time_t t0 = time(NULL);
    clock_t c0 = times(&tms);
    long long r0 = now_ns(CLOCK_REALTIME);
    nanosleep(&two, NULL);
    long long r1 = now_ns(CLOCK_REALTIME);
    CHECK(r1 - r0 >= 2 * UNIT_MS * NS_PER_MS);
    gettimeofday(&tv, NULL);
    CHECK(tv.tv_sec * 1000000ll + tv.tv_usec >= r1 / 1000);
    CHECK(tv.tv_sec - r1 / 1000000000 <= 1);
    IS(timespec_get(&ts, TIME_UTC), TIME_UTC);
    CHECK(ts.tv_sec >= tv.tv_sec);
    ftime(&tb);
    CHECK(tb.time >= ts.tv_sec && tb.time - ts.tv_sec <= 1);
    CHECK(time(NULL) - t0 >= 2 * UNIT_MS / 1000);
    CHECK(times(&tms) - c0 >= 2 * UNIT_MS / 10 - 1);
    IS(syscall(SYS_clock_gettime, CLOCK_REALTIME, &ts), 0);
    CHECK(ts.tv_sec >= tb.time && ts.tv_sec - tb.time <= 1);
    CHECK(clock() != (clock_t)-1);
    CHECK(now_ns(CLOCK_PROCESS_CPUTIME_ID) >= 0);
    IS(clock_gettime(12345, &ts), -1);
    IS(errno, EINVAL);
    /* nobody gets stuck who waits for a time in a loop */
    for (long long until = now_ns(CLOCK_MONOTONIC) + NS_PER_MS; now_ns(CLOCK_MONOTONIC) < until;)
        ;
}

/* ---- the first to wake up is the one that sleeps least ---- */

static int order[4], woken;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void *sleeper(void *arg)
{
    struct timespec ts = units(10 * (4 - (int)(long)arg));
    nanosleep(&ts, NULL);
    pthread_mutex_lock(&lock);
    order[woken++] = (int)(long)arg;
    pthread_mutex_unlock(&lock);
    return NULL;
}

static void sleeping_order(void)
{
    pthread_t th[4];
    for (long i = 0; i < 4; i++)
        pthread_create(&th[i], NULL, sleeper, (void *)i);
    for (int i = 0; i < 4; i++)
        pthread_join(th[i], NULL);
#if UNIT_MS >= 1000 /* short sleeps order nothing: a thread may be slow */
    for (int i = 0; i < 4; i++)
        IS(order[i], 3 - i);
#endif
}

/* ---- signals ---- */

static volatile int handled;

static void on_signal(int sig)
{
    (void)sig;
    handled++;
}

static void interrupted(void)
{
    struct timespec ten = units(10), left = {0};
    struct itimerval soon = {.it_value = {units(1).tv_sec, units(1).tv_nsec / 1000}};
    struct sigaction action = {.sa_handler = on_signal};
    struct pollfd none = {.fd = -1};

    sigaction(SIGALRM, &action, NULL);
    handled = 0;
    setitimer(ITIMER_REAL, &soon, NULL);
    begin();
    IS(nanosleep(&ten, &left), -1);
    IS(errno, EINTR);
    took(1);
    IS(handled, 1);
#if UNIT_MS >= 1000 /* real time may be anything by now */
    CHECK(left.tv_sec * 1000 + left.tv_nsec / 1000000 > 5 * UNIT_MS);
    CHECK(left.tv_sec * 1000 + left.tv_nsec / 1000000 <= 9 * UNIT_MS);
#endif
    setitimer(ITIMER_REAL, &soon, NULL);
    IS(poll(&none, 1, -1), -1);
    IS(errno, EINTR);
    IS(handled, 2);
    setitimer(ITIMER_REAL, &soon, NULL);
    IS(pause(), -1);
    IS(handled, 3);
#if UNIT_MS >= 1000
    struct itimerval was;
    setitimer(ITIMER_REAL, &soon, NULL);
    memset(&soon, 0, sizeof soon);
    setitimer(ITIMER_REAL, &soon, &was);
    CHECK(was.it_value.tv_sec * 1000 + was.it_value.tv_usec / 1000 <= UNIT_MS);
    CHECK(was.it_value.tv_sec > 0 || was.it_value.tv_usec > 0);
    nanosleep(&(struct timespec){units(2).tv_sec, units(2).tv_nsec}, NULL);
    IS(handled, 3);
    IS(alarm(1000), 0);
    IS(alarm(2), 1000);
    IS(sleep(100), 98);
    IS(handled, 4);
#endif
}

int main(void)
{
    plain_sleeps();
    time_limits();
    clocks();
    sleeping_order();
    interrupted();
    return 0;
}
