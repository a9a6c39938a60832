/* Condition variables. */
#include "sched_check.h"

static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t full = PTHREAD_COND_INITIALIZER, empty = PTHREAD_COND_INITIALIZER;
static int items, taken, go, ready, cleaned;

enum { ITEMS = 6, CONSUMERS = 3 };

static void *produce(void *arg)
{
    for (int i = 0; i < ITEMS * CONSUMERS; i++) {
        pthread_mutex_lock(&m);
        while (items == 2)
            IS(pthread_cond_wait(&empty, &m), 0);
        items++;
        IS(pthread_cond_signal(&full), 0);
        pthread_mutex_unlock(&m);
    }
    return arg;
}

static void *consume(void *arg)
{
    for (int i = 0; i < ITEMS; i++) {
        pthread_mutex_lock(&m);
        while (items == 0)
            IS(pthread_cond_wait(&full, &m), 0);
        items--;
        taken++;
        IS(pthread_cond_signal(&empty), 0);
        pthread_mutex_unlock(&m);
    }
    return arg;
}

static void *wait_for_go(void *cond)
{
    struct timespec never = from_now(CLOCK_MONOTONIC, 100 * 3600000l);
    pthread_mutex_lock(&m);
    ready++;
    while (!go)
        if (cond)
            IS(pthread_cond_wait(cond, &m), 0);
        else
            IS(pthread_cond_clockwait(&full, &m, CLOCK_MONOTONIC, &never), 0);
    pthread_mutex_unlock(&m);
    return NULL;
}

static void broadcast(void)
{
    pthread_t t[4];
    for (int i = 0; i < 4; i++)
        t[i] = start(wait_for_go, i < 3 ? &full : NULL);
    for (;;) {
        pthread_mutex_lock(&m);
        if (ready == 4)
            break;
        pthread_mutex_unlock(&m);
        sched_yield();
    }
    go = 1;
    IS(pthread_cond_broadcast(&full), 0);
    pthread_mutex_unlock(&m);
    for (int i = 0; i < 4; i++)
        end_of(t[i]);
}

static void times(void)
{
    pthread_condattr_t a;
    pthread_cond_t mono;
    pthread_condattr_init(&a);
    pthread_condattr_setclock(&a, CLOCK_MONOTONIC);
    pthread_cond_init(&mono, &a);
    struct timespec wall = from_now(CLOCK_REALTIME, LONG_MS);
    struct timespec later = from_now(CLOCK_MONOTONIC, LONG_MS);

    pthread_mutex_lock(&m);
    IS(pthread_cond_timedwait(&full, &m, &wall), ETIMEDOUT);
    IS(pthread_cond_timedwait(&mono, &m, &later), ETIMEDOUT);
    struct timespec now = from_now(CLOCK_MONOTONIC, 0), soon = from_now(CLOCK_MONOTONIC, 10);
    CHECK(now.tv_sec >= later.tv_sec);
    /* were this taken for wall clock time, it had passed long ago */
    IS(pthread_cond_timedwait(&mono, &m, &soon), ETIMEDOUT);
    now = from_now(CLOCK_MONOTONIC, 0);
    CHECK(now.tv_sec > soon.tv_sec || (now.tv_sec == soon.tv_sec && now.tv_nsec >= soon.tv_nsec));
    IS(pthread_cond_timedwait(&full, &m, &no_time), EINVAL);
    IS(pthread_mutex_unlock(&m), 0);
    IS(pthread_cond_destroy(&mono), 0);
}

static void clean_up(void *arg)
{
    IS(pthread_mutex_trylock(&m), EBUSY);
    cleaned += *(int *)arg;
    pthread_mutex_unlock(&m);
}

static void *be_cancelled(void *arg)
{
    pthread_mutex_lock(&m);
    pthread_cleanup_push(clean_up, arg);
    for (;;)
        pthread_cond_wait(&full, &m);
    pthread_cleanup_pop(0);
    return NULL;
}

static void *resist(void *arg)
{
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
    wait_for_go(&full);
    pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, NULL);
    pthread_testcancel();
    return arg;
}

static void cancel(void)
{
    int by = 5;
    pthread_t t = start(be_cancelled, &by);
    sched_yield();
    IS(pthread_cancel(t), 0);
    CHECK(end_of(t) == PTHREAD_CANCELED);
    IS(cleaned, 5);
    IS(pthread_mutex_trylock(&m), 0);
    go = 0;
    pthread_mutex_unlock(&m);
    t = start(resist, &by);
    IS(pthread_cancel(t), 0);
    pthread_mutex_lock(&m);
    go = 1;
    pthread_mutex_unlock(&m);
    IS(pthread_cond_signal(&full), 0);
    CHECK(end_of(t) == PTHREAD_CANCELED);
}

static void *wait_holding_two(void *arg)
{
    pthread_mutex_t *recursive = arg;
    IS(pthread_mutex_lock(recursive), 0);
    while (!go)
        IS(pthread_cond_wait(&full, recursive), 0);
    IS(pthread_mutex_unlock(recursive), 0);
    return NULL;
}

static void kinds_of_mutex(void)
{
    pthread_mutexattr_t a;
    pthread_mutex_t checks, recursive;
    pthread_mutexattr_init(&a);
    pthread_mutexattr_settype(&a, PTHREAD_MUTEX_ERRORCHECK);
    pthread_mutex_init(&checks, &a);
    pthread_mutexattr_settype(&a, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&recursive, &a);

    struct timespec later = from_now(CLOCK_REALTIME, LONG_MS);
    pthread_mutex_lock(&checks);
    IS(pthread_cond_timedwait(&full, &checks, &later), ETIMEDOUT);
    IS(pthread_mutex_lock(&checks), EDEADLK);
    pthread_mutex_unlock(&checks);

    go = 0;
    pthread_t t = start(wait_holding_two, &recursive);
    IS(pthread_mutex_lock(&recursive), 0);
    go = 1;
    IS(pthread_cond_broadcast(&full), 0);
    IS(pthread_mutex_unlock(&recursive), 0);
    end_of(t);
}

int main(void)
{
    pthread_t t[CONSUMERS], p = start(produce, NULL);
    for (int i = 0; i < CONSUMERS; i++)
        t[i] = start(consume, NULL);
    for (int i = 0; i < CONSUMERS; i++)
        end_of(t[i]);
    end_of(p);
    IS(taken, ITEMS * CONSUMERS);
    broadcast();
    times();
    cancel();
    kinds_of_mutex();
    IS(pthread_cond_destroy(&full), 0);
    return 0;
}
