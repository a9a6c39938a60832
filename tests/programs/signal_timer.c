/*
 * A timer is started with TIMER and its signal comes in another thread: what was done before the
 * timer was set is ordered with the handler. The racy main sets the value after.
 */
#include <pthread.h>
#include <signal.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
#include "step.h"

volatile int value, seen;

static void handler(int signum)
{
    (void)signum;
    seen = value;
    step_set(2);
}

static inline void setitimer_once(void)
{
    struct itimerval when = {.it_value = {0, 1000}};

    setitimer(ITIMER_REAL, &when, NULL);
}

static inline void timer_settime_once(void)
{
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM};
    struct itimerspec when = {.it_value = {0, 1000000}};
    timer_t timer;

    timer_create(CLOCK_MONOTONIC, &event, &timer);
    timer_settime(timer, 0, &when, NULL);
}

static void mask_alarm(int how)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGALRM);
    pthread_sigmask(how, &set, NULL);
}

static void *target(void *arg)
{
    mask_alarm(SIG_UNBLOCK);
    step_set(1);
    while (step_load(&step_now) < 2)
        usleep(1000);
    return arg;
}

int main(void)
{
    pthread_t t;
    struct sigaction action = {.sa_handler = handler};

    sigaction(SIGALRM, &action, NULL);
    mask_alarm(SIG_BLOCK);
    pthread_create(&t, NULL, target, NULL);
    step_wait(1);
    FIX(value = 7;)
    TIMER();
    step_wait(2);
    BUG(value = 7;)
    pthread_join(t, NULL);
    return seen == 7 ? 0 : 1;
}
