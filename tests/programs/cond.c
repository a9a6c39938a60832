/*
 * A question is asked and answered under a mutex and a condition variable: the wait both releases
 * and takes the mutex. The racy answerer writes the details of its answer after it has unlocked.
 */
#include <pthread.h>
#include <time.h>
#include "step.h"

int question, answered;
volatile int details;
pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
pthread_cond_t cond = PTHREAD_COND_INITIALIZER;

#define wait() pthread_cond_wait(&cond, &mutex)
#define timedwait() pthread_cond_timedwait(&cond, &mutex, soon(CLOCK_REALTIME))
#define clockwait() pthread_cond_clockwait(&cond, &mutex, CLOCK_MONOTONIC, soon(CLOCK_MONOTONIC))
#define signal_it() pthread_cond_signal(&cond)
#define broadcast() pthread_cond_broadcast(&cond)

/* Short enough that waits time out now and then: the mutex is held after those too. */
static inline const struct timespec *soon(clockid_t clock)
{
    static struct timespec limit;

    clock_gettime(clock, &limit);
    limit.tv_nsec += 100000;
    if (limit.tv_nsec >= 1000000000) {
        limit.tv_nsec -= 1000000000;
        limit.tv_sec++;
    }
    return &limit;
}

static void *answerer(void *arg)
{
    int seen = 0;

    while (!seen) {
        pthread_mutex_lock(&mutex);
        seen = question;
        pthread_mutex_unlock(&mutex);
        sched_yield();
    }
    pthread_mutex_lock(&mutex);
    FIX(details = seen + 1;)
    answered = 1;
    WAKE();
    pthread_mutex_unlock(&mutex);
    BUG(details = seen + 1;)
    step_set(1);
    return arg;
}

int main(void)
{
    pthread_t t;
    int seen;

    pthread_create(&t, NULL, answerer, NULL);
    pthread_mutex_lock(&mutex);
    question = 6;
    while (!answered)
        WAIT();
    pthread_mutex_unlock(&mutex);
    step_wait(1);
    seen = details;
    pthread_join(t, NULL);
    pthread_cond_destroy(&cond);
    return seen == 7 ? 0 : 1;
}
