/*
 * Programs that say whether calls of pthread and C11 threads return what they should, whoever runs
 * when. tests/runtime/model.sh runs them under each controlled strategy; they also pass without
 * one, only slower. Silence and exit status 0 is success.
 */
#ifndef TESTS_SCHED_CHECK_H
#define TESTS_SCHED_CHECK_H

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);                \
            _exit(1);                                                                              \
        }                                                                                          \
    } while (0)

/* The call returns this. */
#define IS(call, result)                                                                           \
    do {                                                                                           \
        long is_ = (long)(call);                                                                   \
        if (is_ != (long)(result)) {                                                               \
            fprintf(stderr, "%s:%d: %s is %ld\n", __FILE__, __LINE__, #call, is_);                 \
            _exit(1);                                                                              \
        }                                                                                          \
    } while (0)

/* So much from now. Under a controlled strategy an hour is over at once. */
static inline struct timespec from_now(clockid_t clock, long ms)
{
    struct timespec ts;
    clock_gettime(clock, &ts);
    ts.tv_nsec += ms % 1000 * 1000000;
    ts.tv_sec += ms / 1000 + ts.tv_nsec / 1000000000;
    ts.tv_nsec %= 1000000000;
    return ts;
}

static const struct timespec no_time = {0, -1};

/* Milliseconds that other threads surely do not need. */
#ifdef SCHED_REAL_TIME
#define LONG_MS 200
#else
#define LONG_MS 3600000
#endif

static inline pthread_t start(void *(*run)(void *), void *arg)
{
    pthread_t t;
    IS(pthread_create(&t, NULL, run, arg), 0);
    return t;
}

static inline void *end_of(pthread_t t)
{
    void *result;
    IS(pthread_join(t, &result), 0);
    return result;
}

#endif
