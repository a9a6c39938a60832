/*
 * A value is handed over with a semaphore, taken by WAIT. The racy producer posts first and
 * writes then; the fix writes before it posts.
 */
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>
#include "step.h"

volatile int value;
sem_t *sem;

#define wait() sem_wait(sem)
#define trywait() sem_trywait(sem)
#define timedwait() sem_timedwait(sem, later(CLOCK_REALTIME))
#define clockwait() sem_clockwait(sem, CLOCK_MONOTONIC, later(CLOCK_MONOTONIC))

static inline const struct timespec *later(clockid_t clock)
{
    static struct timespec limit;

    clock_gettime(clock, &limit);
    limit.tv_sec += 3600;
    return &limit;
}

#ifdef NAMED
static void open_semaphore(void)
{
    char name[40];

    snprintf(name, sizeof name, "/reprise-test-%d", (int)getpid());
    sem = sem_open(name, O_CREAT | O_EXCL, 0600, 0);
    sem_unlink(name);
}
#define close_semaphore() sem_close(sem)
#else
static void open_semaphore(void)
{
    static sem_t unnamed;

    sem_init(&unnamed, 0, 0);
    sem = &unnamed;
}
#define close_semaphore() sem_destroy(sem)
#endif

static void *producer(void *arg)
{
    FIX(value = 7;)
    sem_post(sem);
    BUG(value = 7;)
    step_set(1);
    return arg;
}

int main(void)
{
    pthread_t t;
    int seen;

    open_semaphore();
    pthread_create(&t, NULL, producer, NULL);
    while (WAIT())
        sched_yield();
    step_wait(1);
    seen = value;
    pthread_join(t, NULL);
    close_semaphore();
    return seen == 7 ? 0 : 1;
}
