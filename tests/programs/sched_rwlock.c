/* Reader-writer locks and spin locks. */
#include "sched_check.h"

static pthread_rwlock_t l = PTHREAD_RWLOCK_INITIALIZER;
static pthread_spinlock_t spin;
static int value, copy, spun;

enum { ROUNDS = 5 };

static void *write_it(void *arg)
{
    for (int i = 0; i < ROUNDS; i++) {
        if (i % 2)
            while (pthread_rwlock_trywrlock(&l) == EBUSY)
                sched_yield();
        else
            IS(pthread_rwlock_wrlock(&l), 0);
        value++;
        sched_yield();
        copy = value;
        IS(pthread_rwlock_unlock(&l), 0);
    }
    return arg;
}

static void *read_it(void *arg)
{
    for (int i = 0; i < ROUNDS; i++) {
        if (i % 2)
            while (pthread_rwlock_tryrdlock(&l) == EBUSY)
                sched_yield();
        else
            IS(pthread_rwlock_rdlock(&l), 0);
        IS(copy, value);
        sched_yield();
        IS(copy, value);
        IS(pthread_rwlock_unlock(&l), 0);
    }
    return arg;
}

static void *write_locked(void *arg)
{
    struct timespec wall = from_now(CLOCK_REALTIME, LONG_MS);
    struct timespec mono = from_now(CLOCK_MONOTONIC, LONG_MS);
    IS(pthread_rwlock_tryrdlock(&l), EBUSY);
    IS(pthread_rwlock_trywrlock(&l), EBUSY);
    IS(pthread_rwlock_timedrdlock(&l, &wall), ETIMEDOUT);
    IS(pthread_rwlock_timedwrlock(&l, &wall), ETIMEDOUT);
    IS(pthread_rwlock_clockrdlock(&l, CLOCK_MONOTONIC, &mono), ETIMEDOUT);
    IS(pthread_rwlock_clockwrlock(&l, CLOCK_MONOTONIC, &mono), ETIMEDOUT);
    IS(pthread_rwlock_timedrdlock(&l, &no_time), EINVAL);
    return arg;
}

static void *read_locked(void *arg)
{
    struct timespec wall = from_now(CLOCK_REALTIME, LONG_MS);
    IS(pthread_rwlock_timedwrlock(&l, &wall), ETIMEDOUT);
    IS(pthread_rwlock_timedrdlock(&l, &wall), 0);
    IS(pthread_rwlock_unlock(&l), 0);
    return arg;
}

static void *spin_it(void *arg)
{
    for (int i = 0; i < ROUNDS; i++) {
        if (i % 2)
            while (pthread_spin_trylock(&spin) == EBUSY)
                sched_yield();
        else
            IS(pthread_spin_lock(&spin), 0);
        int n = spun;
        sched_yield();
        spun = n + 1;
        IS(pthread_spin_unlock(&spin), 0);
    }
    return arg;
}

static void together(void *(*one)(void *), void *(*other)(void *))
{
    pthread_t t[4];
    for (int i = 0; i < 4; i++)
        t[i] = start(i % 2 ? one : other, NULL);
    for (int i = 0; i < 4; i++)
        end_of(t[i]);
}

int main(void)
{
    together(write_it, read_it);
    IS(value, 2 * ROUNDS);
    IS(pthread_rwlock_wrlock(&l), 0);
    IS(pthread_rwlock_wrlock(&l), EDEADLK);
    IS(pthread_rwlock_rdlock(&l), EDEADLK);
    end_of(start(write_locked, NULL));
    IS(pthread_rwlock_unlock(&l), 0);
    IS(pthread_rwlock_rdlock(&l), 0);
    IS(pthread_rwlock_rdlock(&l), 0);
    end_of(start(read_locked, NULL));
    IS(pthread_rwlock_unlock(&l), 0);
    IS(pthread_rwlock_unlock(&l), 0);

    IS(pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE), 0);
    together(spin_it, spin_it);
    IS(spun, 4 * ROUNDS);
    return 0;
}
