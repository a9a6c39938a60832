/*
 * A reader under a read lock taken by READ, then a writer: the racy one has only a read lock too,
 * which excludes nobody; the fix takes the write lock by WRITE.
 */
#include <pthread.h>
#include <time.h>
#include "step.h"

volatile int shared;
pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;

#define rdlock() pthread_rwlock_rdlock(&rwlock)
#define wrlock() pthread_rwlock_wrlock(&rwlock)
#define tryrdlock() pthread_rwlock_tryrdlock(&rwlock)
#define trywrlock() pthread_rwlock_trywrlock(&rwlock)
#define timedrdlock() pthread_rwlock_timedrdlock(&rwlock, later(CLOCK_REALTIME))
#define timedwrlock() pthread_rwlock_timedwrlock(&rwlock, later(CLOCK_REALTIME))
#define clockrdlock() pthread_rwlock_clockrdlock(&rwlock, CLOCK_MONOTONIC, later(CLOCK_MONOTONIC))
#define clockwrlock() pthread_rwlock_clockwrlock(&rwlock, CLOCK_MONOTONIC, later(CLOCK_MONOTONIC))

static inline const struct timespec *later(clockid_t clock)
{
    static __thread struct timespec limit;

    clock_gettime(clock, &limit);
    limit.tv_sec += 3600;
    return &limit;
}

static NOINLINE void read_shared(void)
{
    while (READ())
        sched_yield();
    (void)shared;
    pthread_rwlock_unlock(&rwlock);
}

static NOINLINE void write_shared(void)
{
    BUG(READ();)
    FIX(while (WRITE()) sched_yield();)
    shared = 1;
    pthread_rwlock_unlock(&rwlock);
}

static void *reader(void *arg)
{
    read_shared();
    step_set(1);
    return arg;
}

static void *writer(void *arg)
{
    step_wait(1);
    write_shared();
    step_set(2);
    return arg;
}

int main(void)
{
    pthread_t a, b;

    pthread_create(&a, NULL, reader, NULL);
    pthread_create(&b, NULL, writer, NULL);
    step_wait(2);
    read_shared(); /* ordered after the writer by the write lock, in the fix */
    pthread_join(a, NULL);
    pthread_join(b, NULL);
    pthread_rwlock_destroy(&rwlock);
    return 0;
}
