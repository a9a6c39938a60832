/* Mutexes of every type. */
#include "sched_check.h"

enum { THREADS = 4, ROUNDS = 5 };

static pthread_mutex_t make(int type, int robust, int protocol)
{
    pthread_mutexattr_t a;
    pthread_mutex_t m;
    pthread_mutexattr_init(&a);
    pthread_mutexattr_settype(&a, type);
    pthread_mutexattr_setrobust(&a, robust);
    pthread_mutexattr_setprotocol(&a, protocol);
    IS(pthread_mutex_init(&m, &a), 0);
    pthread_mutexattr_destroy(&a);
    return m;
}

struct counter {
    pthread_mutex_t *m;
    int n;
};

static void *count(void *arg)
{
    struct counter *c = arg;
    for (int i = 0; i < ROUNDS; i++) {
        if (i % 2)
            IS(pthread_mutex_lock(c->m), 0);
        else
            while (pthread_mutex_trylock(c->m) == EBUSY)
                sched_yield();
        int n = c->n;
        sched_yield();
        c->n = n + 1;
        IS(pthread_mutex_unlock(c->m), 0);
    }
    return NULL;
}

static void excludes(pthread_mutex_t *m)
{
    struct counter c = {m, 0};
    pthread_t t[THREADS];
    for (int i = 0; i < THREADS; i++)
        t[i] = start(count, &c);
    for (int i = 0; i < THREADS; i++)
        end_of(t[i]);
    IS(c.n, THREADS * ROUNDS);
}

/* By another thread than the holder. */
static void *is_busy(void *arg)
{
    pthread_mutex_t *m = arg;
    struct timespec wall = from_now(CLOCK_REALTIME, LONG_MS);
    struct timespec mono = from_now(CLOCK_MONOTONIC, LONG_MS), past = {1, 0};
    IS(pthread_mutex_trylock(m), EBUSY);
    IS(pthread_mutex_timedlock(m, &past), ETIMEDOUT);
    IS(pthread_mutex_timedlock(m, &no_time), EINVAL);
    IS(pthread_mutex_timedlock(m, &wall), ETIMEDOUT);
    IS(pthread_mutex_clocklock(m, CLOCK_MONOTONIC, &mono), ETIMEDOUT);
    struct timespec after = from_now(CLOCK_MONOTONIC, 0);
    CHECK(after.tv_sec >= mono.tv_sec);
    return NULL;
}

static void *lock_and_die(void *m)
{
    IS(pthread_mutex_lock(m), 0);
    sched_yield();
    return NULL;
}

static void *inherit(void *m)
{
    int err = pthread_mutex_lock(m);
    CHECK(err == 0 || err == EOWNERDEAD);
    if (err)
        IS(pthread_mutex_consistent(m), 0);
    IS(pthread_mutex_unlock(m), 0);
    return (void *)(long)err;
}

static void robust(pthread_mutex_t *m)
{
    pthread_t dies = start(lock_and_die, m), waits = start(inherit, m);
    long seen = (long)end_of(waits);
    end_of(dies);
    if (!seen) {
        IS(pthread_mutex_trylock(m), EOWNERDEAD);
        IS(pthread_mutex_unlock(m), 0); /* without making it consistent */
        IS(pthread_mutex_lock(m), ENOTRECOVERABLE);
    } else {
        IS(pthread_mutex_lock(m), 0);
        IS(pthread_mutex_unlock(m), 0);
    }
}

int main(void)
{
    static const int types[] = {PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_RECURSIVE,
                                PTHREAD_MUTEX_ERRORCHECK, PTHREAD_MUTEX_ADAPTIVE_NP};
    struct timespec later = from_now(CLOCK_REALTIME, LONG_MS);
    for (int i = 0; i < 4; i++) {
        pthread_mutex_t m = make(types[i], PTHREAD_MUTEX_STALLED, PTHREAD_PRIO_NONE);
        excludes(&m);
        IS(pthread_mutex_timedlock(&m, &no_time), 0); /* needs no time */
        end_of(start(is_busy, &m));
        if (types[i] == PTHREAD_MUTEX_ERRORCHECK) {
            IS(pthread_mutex_lock(&m), EDEADLK);
            IS(pthread_mutex_timedlock(&m, &later), EDEADLK);
            IS(pthread_mutex_trylock(&m), EBUSY);
        }
        if (types[i] == PTHREAD_MUTEX_RECURSIVE) {
            IS(pthread_mutex_lock(&m), 0);
            IS(pthread_mutex_trylock(&m), 0);
            IS(pthread_mutex_unlock(&m), 0);
            IS(pthread_mutex_unlock(&m), 0);
            end_of(start(is_busy, &m));
        }
        IS(pthread_mutex_unlock(&m), 0);
        IS(pthread_mutex_destroy(&m), 0);
    }
    pthread_mutex_t pi = make(PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_STALLED, PTHREAD_PRIO_INHERIT);
    excludes(&pi);
    pthread_mutex_t r = make(PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_ROBUST, PTHREAD_PRIO_NONE);
    robust(&r);
    pthread_mutex_t rp = make(PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_ROBUST, PTHREAD_PRIO_INHERIT);
    robust(&rp);
    return 0;
}
