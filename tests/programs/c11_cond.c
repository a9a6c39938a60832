/*
 * Hand over with a C11 condition variable. The racy producer writes the value after it has
 * announced it; the fix writes before, under the mutex.
 */
#include <threads.h>
#include <time.h>
#include "step.h"

volatile int value;
int announced;
mtx_t mutex;
cnd_t cond;

static NOINLINE void wait_for_it(void)
{
    struct timespec limit;

    timespec_get(&limit, TIME_UTC);
    limit.tv_sec += 3600;
    if (TIMED)
        cnd_timedwait(&cond, &mutex, &limit);
    else
        cnd_wait(&cond, &mutex);
}

static int producer(void *arg)
{
    (void)arg;
    mtx_lock(&mutex);
    FIX(value = 7;)
    announced = 1;
    if (TIMED)
        cnd_broadcast(&cond);
    else
        cnd_signal(&cond);
    mtx_unlock(&mutex);
    BUG(value = 7;)
    step_set(1);
    return 0;
}

int main(void)
{
    thrd_t t;
    int seen;

    mtx_init(&mutex, mtx_plain);
    cnd_init(&cond);
    thrd_create(&t, producer, NULL);
    mtx_lock(&mutex);
    while (!announced)
        wait_for_it();
    mtx_unlock(&mutex);
    step_wait(1);
    seen = value;
    thrd_join(t, NULL);
    cnd_destroy(&cond);
    mtx_destroy(&mutex);
    return seen == 7 ? 0 : 1;
}
