/* Threads of libc's own that run the program's code: they may end a wait, too. */
#include "sched_check.h"
#include <semaphore.h>
#include <signal.h>

static sem_t sem;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int ticks;

static void tick(union sigval value)
{
    (void)value;
    sem_post(&sem);
    pthread_mutex_lock(&mutex);
    ticks++;
    pthread_cond_signal(&changed);
    pthread_mutex_unlock(&mutex);
}

static void *nothing(void *arg)
{
    return arg;
}

int main(void)
{
    struct sigevent event = {.sigev_notify = SIGEV_THREAD, .sigev_notify_function = tick};
    struct itimerspec soon = {{0, 2000000}, {0, 2000000}}, off = {{0, 0}, {0, 0}};
    timer_t timer;
    sem_init(&sem, 0, 0);
    pthread_t t = start(nothing, NULL);
    IS(timer_create(CLOCK_MONOTONIC, &event, &timer), 0);
    IS(timer_settime(timer, 0, &soon, NULL), 0);
    for (int i = 0; i < 3; i++)
        IS(sem_wait(&sem), 0);
    pthread_mutex_lock(&mutex);
    while (ticks < 5)
        IS(pthread_cond_wait(&changed, &mutex), 0);
    pthread_mutex_unlock(&mutex);
    IS(timer_settime(timer, 0, &off, NULL), 0);
    IS(pthread_join(t, NULL), 0);
    return 0;
}
