/* Threads: all kinds of join, detach, keys, ends. */
#include "sched_check.h"

static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int gate, detached_done;
static pthread_key_t key, other_key;
static int destroyed;

static void open_gate(int n)
{
    pthread_mutex_lock(&m);
    gate = n;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&m);
}

static void *wait_at_gate(void *arg)
{
    pthread_mutex_lock(&m);
    while (gate < *(int *)arg)
        pthread_cond_wait(&changed, &m);
    pthread_mutex_unlock(&m);
    return arg;
}

static void joins(void)
{
    int one = 1;
    void *result;
    gate = 0;
    pthread_t t = start(wait_at_gate, &one);
    struct timespec wall = from_now(CLOCK_REALTIME, LONG_MS);
    struct timespec mono = from_now(CLOCK_MONOTONIC, LONG_MS);
    IS(pthread_tryjoin_np(t, &result), EBUSY);
    IS(pthread_timedjoin_np(t, &result, &wall), ETIMEDOUT);
    IS(pthread_clockjoin_np(t, &result, CLOCK_MONOTONIC, &mono), ETIMEDOUT);
    open_gate(1);
    CHECK(end_of(t) == &one);

    t = start(wait_at_gate, &one);
    wall = from_now(CLOCK_REALTIME, LONG_MS);
    IS(pthread_timedjoin_np(t, &result, &wall), 0);
    CHECK(result == &one);
    t = start(wait_at_gate, &one);
    while (pthread_tryjoin_np(t, &result) == EBUSY)
        sched_yield();
    CHECK(result == &one);
    IS(pthread_join(pthread_self(), NULL), EDEADLK);
}

static void *detached(void *arg)
{
    IS(pthread_detach(pthread_self()), 0);
    IS(pthread_join(pthread_self(), NULL), EINVAL);
    pthread_mutex_lock(&m);
    detached_done++;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&m);
    return arg;
}

static void *by_attribute(void *arg)
{
    pthread_mutex_lock(&m);
    while (!gate)
        pthread_cond_wait(&changed, &m);
    detached_done++;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&m);
    return arg;
}

static void detaches(void)
{
    pthread_attr_t a;
    pthread_t t;
    gate = 0;
    start(detached, NULL);
    pthread_attr_init(&a);
    pthread_attr_setdetachstate(&a, PTHREAD_CREATE_DETACHED);
    IS(pthread_create(&t, &a, by_attribute, NULL), 0);
    IS(pthread_join(t, NULL), EINVAL);
    IS(pthread_detach(t), EINVAL);
    open_gate(1);
    pthread_mutex_lock(&m);
    while (detached_done < 2)
        pthread_cond_wait(&changed, &m);
    pthread_mutex_unlock(&m);
}

/* Locks, as destructors of programs do; sets its key again, which gives it another round. */
static void destroy(void *value)
{
    pthread_mutex_lock(&m);
    destroyed++;
    pthread_mutex_unlock(&m);
    if (value == &key)
        pthread_setspecific(other_key, &other_key);
}

static void *with_keys(void *arg)
{
    pthread_setspecific(key, &key);
    sched_yield();
    if (arg)
        pthread_exit(arg);
    return &key;
}

static void keys(void)
{
    pthread_key_create(&key, destroy);
    pthread_key_create(&other_key, destroy);
    pthread_t a = start(with_keys, NULL), b = start(with_keys, &destroyed);
    CHECK(end_of(a) == &key);
    CHECK(end_of(b) == &destroyed);
    IS(destroyed, 4);
}

static void *child(void *arg)
{
    if ((long)arg > 0)
        end_of(start(child, (void *)((long)arg - 1)));
    sched_yield();
    return NULL;
}

int main(void)
{
    pthread_t t[6];
    joins();
    detaches();
    keys();
    for (long i = 0; i < 6; i++)
        t[i] = start(child, (void *)(i % 3));
    for (int i = 0; i < 6; i++)
        end_of(t[i]);
    return 0;
}
