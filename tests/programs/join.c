/* A thread's result is read after JOIN; the racy twin reads it before, as for a timed-out join. */
#include <errno.h>
#include <pthread.h>
#include <time.h>
#include "step.h"

volatile int result;
pthread_t thread;

#define join() pthread_join(thread, NULL)
#define tryjoin() pthread_tryjoin_np(thread, NULL)
#define timedjoin() pthread_timedjoin_np(thread, NULL, later(CLOCK_REALTIME))
#define clockjoin() pthread_clockjoin_np(thread, NULL, CLOCK_MONOTONIC, later(CLOCK_MONOTONIC))

static inline const struct timespec *later(clockid_t clock)
{
    static struct timespec limit;

    clock_gettime(clock, &limit);
    limit.tv_sec += 3600;
    return &limit;
}

static void *worker(void *arg)
{
    result = 7;
    step_set(1);
    step_wait(2);
    return arg;
}

int main(void)
{
    int seen;

    pthread_create(&thread, NULL, worker, NULL);
    step_wait(1);
    if (pthread_tryjoin_np(thread, NULL) != EBUSY)
        return 2;
    BUG(seen = result;)
    step_set(2);
    while (JOIN())
        sched_yield();
    FIX(seen = result;)
    return seen == 7 ? 0 : 1;
}
