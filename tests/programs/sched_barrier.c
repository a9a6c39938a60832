/* Barriers: one serial thread a round, nobody leaves early; more threads than it counts. */
#include "sched_check.h"

enum { THREADS = 3, ROUNDS = 4 };

static pthread_barrier_t b, crowded;
static int arrived[ROUNDS], serial[ROUNDS];
static int crowd, tickets;

static void *meet(void *arg)
{
    for (int i = 0; i < ROUNDS; i++) {
        __atomic_fetch_add(&arrived[i], 1, __ATOMIC_RELAXED);
        int r = pthread_barrier_wait(&b);
        CHECK(r == 0 || r == PTHREAD_BARRIER_SERIAL_THREAD);
        IS(__atomic_load_n(&arrived[i], __ATOMIC_RELAXED), THREADS);
        if (r)
            __atomic_fetch_add(&serial[i], 1, __ATOMIC_RELAXED);
    }
    return arg;
}

static void *push(void *arg)
{
    while (__atomic_fetch_add(&tickets, 1, __ATOMIC_RELAXED) < 2 * THREADS * ROUNDS)
        if (pthread_barrier_wait(&crowded) == PTHREAD_BARRIER_SERIAL_THREAD)
            __atomic_fetch_add(&crowd, 1, __ATOMIC_RELAXED);
    return arg;
}

int main(void)
{
    pthread_t t[2 * THREADS];
    pthread_barrier_t one;

    IS(pthread_barrier_init(&b, NULL, 0), EINVAL);
    IS(pthread_barrier_init(&b, NULL, THREADS), 0);
    IS(pthread_barrier_init(&crowded, NULL, THREADS), 0);
    for (int i = 0; i < THREADS; i++)
        t[i] = start(meet, NULL);
    for (int i = 0; i < THREADS; i++)
        end_of(t[i]);
    for (int i = 0; i < ROUNDS; i++)
        IS(serial[i], 1);
    IS(pthread_barrier_destroy(&b), 0);

    /* twice as many as it counts: who meets whom is open, but all rounds are full */
    for (int i = 0; i < 2 * THREADS; i++)
        t[i] = start(push, NULL);
    for (int i = 0; i < 2 * THREADS; i++)
        end_of(t[i]);
    IS(crowd, 2 * ROUNDS);
    IS(pthread_barrier_init(&one, NULL, 1), 0);
    IS(pthread_barrier_wait(&one), PTHREAD_BARRIER_SERIAL_THREAD);
    return 0;
}
