/* C11 threads. */
#include "sched_check.h"
#include <threads.h>

static mtx_t plain, timed, again;
static cnd_t changed;
static tss_t slot;
static int n, gone, level;

static int count(void *arg)
{
    for (int i = 0; i < 4; i++) {
        if (i % 2)
            IS(mtx_lock(&plain), thrd_success);
        else
            while (mtx_trylock(&plain) == thrd_busy)
                thrd_yield();
        int seen = n;
        thrd_yield();
        n = seen + 1;
        IS(mtx_unlock(&plain), thrd_success);
    }
    return *(int *)arg;
}

static int too_late(void *arg)
{
    struct timespec later = from_now(CLOCK_REALTIME, LONG_MS);
    IS(mtx_timedlock(&timed, &later), thrd_timedout);
    IS(mtx_trylock(&timed), thrd_busy);
    later = from_now(CLOCK_REALTIME, LONG_MS);
    IS(mtx_lock(&plain), thrd_success);
    IS(cnd_timedwait(&changed, &plain, &later), thrd_timedout);
    IS(mtx_unlock(&plain), thrd_success);
    (void)arg;
    return 0;
}

static int climb(void *arg)
{
    int to = *(int *)arg;
    mtx_lock(&plain);
    while (level < to)
        IS(cnd_wait(&changed, &plain), thrd_success);
    level++;
    cnd_broadcast(&changed);
    mtx_unlock(&plain);
    return 0;
}

static void destroy(void *value)
{
    mtx_lock(&plain);
    gone += *(int *)value;
    mtx_unlock(&plain);
}

static int leave(void *arg)
{
    tss_set(slot, arg);
    thrd_yield();
    thrd_exit(9);
    return 0;
}

int main(void)
{
    static int ids[4] = {0, 1, 2, 3};
    struct timespec hour = {LONG_MS / 1000, 0}, bad = {0, -1}, left;
    thrd_t t[4];
    int result;

    IS(mtx_init(&plain, mtx_plain), thrd_success);
    IS(mtx_init(&timed, mtx_timed), thrd_success);
    IS(mtx_init(&again, mtx_plain | mtx_recursive), thrd_success);
    IS(cnd_init(&changed), thrd_success);
    IS(tss_create(&slot, destroy), thrd_success);
    for (int i = 0; i < 4; i++)
        IS(thrd_create(&t[i], count, &ids[i]), thrd_success);
    for (int i = 0; i < 4; i++) {
        IS(thrd_join(t[i], &result), thrd_success);
        IS(result, i);
    }
    IS(n, 16);
    for (int i = 0; i < 3; i++)
        IS(thrd_create(&t[i], climb, &ids[i]), thrd_success);
    for (int i = 0; i < 3; i++)
        IS(thrd_join(t[i], NULL), thrd_success);
    IS(level, 3);

    IS(mtx_lock(&timed), thrd_success);
    IS(thrd_create(&t[0], too_late, NULL), thrd_success);
    IS(thrd_join(t[0], NULL), thrd_success);
    IS(mtx_unlock(&timed), thrd_success);
    IS(mtx_lock(&again), thrd_success);
    IS(mtx_trylock(&again), thrd_success);
    IS(mtx_unlock(&again), thrd_success);
    IS(mtx_unlock(&again), thrd_success);

    IS(thrd_create(&t[0], leave, &ids[2]), thrd_success);
    IS(thrd_join(t[0], &result), thrd_success);
    IS(result, 9);
    IS(gone, 2);
    IS(thrd_create(&t[0], leave, &ids[3]), thrd_success);
    IS(thrd_detach(t[0]), thrd_success);
    for (int done = 0; done != 5; thrd_yield()) {
        mtx_lock(&plain);
        done = gone;
        mtx_unlock(&plain);
    }
    IS(thrd_sleep(&hour, &left), 0);
    CHECK(thrd_sleep(&bad, NULL) < 0);
    cnd_destroy(&changed);
    mtx_destroy(&plain);
    return 0;
}
