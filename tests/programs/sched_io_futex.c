/*
 * A mutex, a condition variable and time limits of our own on raw futexes, and each operation of
 * the system call. Prints the order in which threads came to the mutex.
 */
#include <limits.h>
#include <linux/futex.h>
#include <stdint.h>
#include <sys/syscall.h>
#include "sched_check.h"

static long futex(uint32_t *word, int op, uint32_t value, const struct timespec *limit,
                  uint32_t *word2, uint32_t value3)
{
    return syscall(SYS_futex, word, op | FUTEX_PRIVATE_FLAG, value, limit, word2, value3);
}

/* ---- 0 free, 1 held, 2 held and wanted ---- */

static void lock(uint32_t *m)
{
    uint32_t is = 0;
    if (__atomic_compare_exchange_n(m, &is, 1, 0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
        return;
    if (is != 2)
        is = __atomic_exchange_n(m, 2, __ATOMIC_ACQUIRE);
    while (is != 0) {
        futex(m, FUTEX_WAIT, 2, NULL, NULL, 0);
        is = __atomic_exchange_n(m, 2, __ATOMIC_ACQUIRE);
    }
}

static void unlock(uint32_t *m)
{
    if (__atomic_exchange_n(m, 0, __ATOMIC_RELEASE) == 2)
        futex(m, FUTEX_WAKE, 1, NULL, NULL, 0);
}

/* ---- a condition: its word counts signals ---- */

static void cond_wait(uint32_t *c, uint32_t *m)
{
    uint32_t seen = __atomic_load_n(c, __ATOMIC_RELAXED);
    unlock(m);
    futex(c, FUTEX_WAIT, seen, NULL, NULL, 0);
    lock(m);
}

static void cond_broadcast(uint32_t *c)
{
    __atomic_add_fetch(c, 1, __ATOMIC_RELAXED);
    futex(c, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

static uint32_t mutex, full, empty;
/* volatile: gcc takes syscall() for a function that never comes back into this file, and so keeps
 * the value of an unshared variable over it */
static volatile int item, produced, consumed;
static char order[64];

static void *produces(void *arg)
{
    for (int i = 0; i < 5; i++) {
        lock(&mutex);
        while (item)
            cond_wait(&empty, &mutex);
        item = (int)(long)arg;
        produced++;
        cond_broadcast(&full);
        unlock(&mutex);
    }
    return NULL;
}

static void *consumes(void *arg)
{
    for (int i = 0; i < 5; i++) {
        lock(&mutex);
        while (!item)
            cond_wait(&full, &mutex);
        order[consumed++] = (char)('a' + item);
        item = 0;
        cond_broadcast(&empty);
        unlock(&mutex);
    }
    return arg;
}

static void buffer(void)
{
    pthread_t th[6];
    for (long i = 0; i < 6; i++)
        pthread_create(&th[i], NULL, i % 2 ? produces : consumes, (void *)i);
    for (int i = 0; i < 6; i++)
        pthread_join(th[i], NULL);
    IS(produced, 15);
    IS(consumed, 15);
    printf("%s\n", order);
}

/* ---- one operation after the other ---- */

static uint32_t here, there;
static int asleep, awake;

static void *sleeps(void *arg)
{
    __atomic_add_fetch(&asleep, 1, __ATOMIC_SEQ_CST);
    while (!__atomic_load_n(&there, __ATOMIC_SEQ_CST))
        futex(&here, FUTEX_WAIT, 0, NULL, NULL, 0);
    __atomic_add_fetch(&awake, 1, __ATOMIC_SEQ_CST);
    return arg;
}

static void operations(void)
{
    pthread_t th[3];
    const struct timespec soon = {0, 20000000};
    IS(futex(&here, FUTEX_WAIT, 1, NULL, NULL, 0), -1);
    IS(errno, EAGAIN);
    IS(futex(&here, FUTEX_WAIT, 0, &soon, NULL, 0), -1);
    IS(errno, ETIMEDOUT);
    struct timespec until = from_now(CLOCK_MONOTONIC, 20);
    IS(futex(&here, FUTEX_WAIT_BITSET, 0, &until, NULL, FUTEX_BITSET_MATCH_ANY), -1);
    IS(errno, ETIMEDOUT);
    until = from_now(CLOCK_REALTIME, 20);
    IS(futex(&here, FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME, 0, &until, NULL, 1), -1);
    IS(errno, ETIMEDOUT);
    IS(futex(&here, FUTEX_WAIT_BITSET, 0, NULL, NULL, 0), -1);
    IS(errno, EINVAL);
    IS(futex(&here, FUTEX_WAKE, 1, NULL, NULL, 0), 0);
    IS(futex((uint32_t *)((char *)&here + 1), FUTEX_WAIT, 0, NULL, NULL, 0), -1);
    IS(errno, EINVAL);

    for (int i = 0; i < 3; i++)
        pthread_create(&th[i], NULL, sleeps, NULL);
    while (__atomic_load_n(&asleep, __ATOMIC_SEQ_CST) < 3)
        sched_yield();
    /* until all of them sleep: one is woken and goes to sleep again, two change the address */
    uint32_t other = 0;
    long n = 0;
    for (int tries = 0; n < 3 && tries < 1000; tries++, usleep(1000)) {
        n = futex(&here, FUTEX_CMP_REQUEUE, 1, (void *)2l, &other, 0);
        CHECK(n >= 0 && n <= 3);
        futex(&other, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
    }
    IS(n, 3);
    IS(futex(&here, FUTEX_CMP_REQUEUE, 1, (void *)2l, &other, 7), -1);
    IS(errno, EAGAIN);
    __atomic_store_n(&there, 1, __ATOMIC_SEQ_CST);
    __atomic_store_n(&here, 1, __ATOMIC_SEQ_CST); /* who is about to sleep doesn't */
    /* there becomes 5, and since it was 1, waiters there are woken as well */
    uint32_t code = FUTEX_OP(FUTEX_OP_SET, 5, FUTEX_OP_CMP_EQ, 1);
    CHECK(futex(&here, FUTEX_WAKE_OP, INT_MAX, (void *)1l, &there, code) >= 0);
    IS(there, 5);
    futex(&here, FUTEX_WAKE_BITSET, INT_MAX, NULL, NULL, FUTEX_BITSET_MATCH_ANY);
    for (int i = 0; i < 3; i++)
        pthread_join(th[i], NULL);
    IS(awake, 3);
}

int main(void)
{
    buffer();
    operations();
    return 0;
}
