/*
 * A timer's function runs in a thread that libc makes by itself (SIGEV_THREAD). The racy main
 * reads the result without order, the fixed one waits for a semaphore.
 */
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <time.h>
#include "step.h"

volatile int ticks;
sem_t ticked;

static void tick(union sigval value)
{
    (void)value;
    ticks = 1;
    FIX(sem_post(&ticked);)
    step_set(1);
}

int main(void)
{
    struct sigevent event = {.sigev_notify = SIGEV_THREAD, .sigev_notify_function = tick};
    struct itimerspec when = {.it_value = {0, 1000000}};
    timer_t timer;

    sem_init(&ticked, 0, 0);
    if (timer_create(CLOCK_MONOTONIC, &event, &timer))
        return 2;
    timer_settime(timer, 0, &when, NULL);
    FIX(sem_wait(&ticked);)
    step_wait(1);
    return ticks == 1 ? 0 : 1;
}
