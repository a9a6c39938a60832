/* Cancellation: in join, in sleep, between points, asynchronous, disabled. */
#include "sched_check.h"

static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static int cleaned;

static void clean_up(void *arg)
{
    pthread_mutex_lock(&m);
    cleaned += *(int *)arg;
    pthread_mutex_unlock(&m);
}

static void *sleep_long(void *arg)
{
    pthread_cleanup_push(clean_up, arg);
    for (;;)
        sleep(LONG_MS / 1000);
    pthread_cleanup_pop(0);
    return NULL;
}

static void *test_often(void *arg)
{
    pthread_cleanup_push(clean_up, arg);
    for (;;) {
        pthread_mutex_lock(&m);
        pthread_mutex_unlock(&m);
        pthread_testcancel();
    }
    pthread_cleanup_pop(0);
    return NULL;
}

static void *refuse(void *arg)
{
    int old;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &old);
    for (int i = 0; i < 5; i++) {
        pthread_testcancel();
        sched_yield();
    }
    return arg;
}

static void *join_other(void *other)
{
    static int by = 3;
    pthread_cleanup_push(clean_up, &by);
    pthread_join(*(pthread_t *)other, NULL);
    pthread_cleanup_pop(0);
    return NULL;
}

static void *cancel_self(void *arg)
{
    pthread_cleanup_push(clean_up, arg);
    pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
    pthread_cancel(pthread_self());
    CHECK(!"it goes on");
    pthread_cleanup_pop(0);
    return NULL;
}

static void *spin(void *arg)
{
    static int turns;
    pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
    pthread_cleanup_push(clean_up, arg);
    for (;;)
        __atomic_fetch_add(&turns, 1, __ATOMIC_RELAXED);
    pthread_cleanup_pop(0);
    return NULL;
}

static void is_cancelled(pthread_t t, int now)
{
    IS(pthread_cancel(t), 0);
    CHECK(end_of(t) == PTHREAD_CANCELED);
    pthread_mutex_lock(&m);
    IS(cleaned, now);
    pthread_mutex_unlock(&m);
}

int main(void)
{
    int one = 1;
    pthread_t t = start(test_often, &one), other;

    sched_yield();
    is_cancelled(t, 1);
    t = start(sleep_long, &one);
    usleep(1000);
    is_cancelled(t, 2);
    t = start(refuse, &one);
    IS(pthread_cancel(t), 0);
    CHECK(end_of(t) == &one);
    other = start(sleep_long, &one);
    t = start(join_other, &other);
    usleep(1000);
    is_cancelled(t, 5);
    is_cancelled(other, 6);
    t = start(cancel_self, &one);
    CHECK(end_of(t) == PTHREAD_CANCELED);
    IS(cleaned, 7);
    t = start(spin, &one);
    sched_yield();
    is_cancelled(t, 8);
    return 0;
}
