/* Two threads, one each for what the program defines as first() and second(). */
#ifndef BENCH_DELAY_TWO_H
#define BENCH_DELAY_TWO_H

#include <pthread.h>
#include <stddef.h>

static inline void run_two(void *(*first)(void *), void *(*second)(void *))
{
    pthread_t a, b;
    pthread_create(&a, NULL, first, NULL);
    pthread_create(&b, NULL, second, NULL);
    pthread_join(a, NULL);
    pthread_join(b, NULL);
}

static inline int locked_get(pthread_mutex_t *lock, const int *from)
{
    pthread_mutex_lock(lock);
    int value = *from;
    pthread_mutex_unlock(lock);
    return value;
}

static inline void locked_set(pthread_mutex_t *lock, int *to, int value)
{
    pthread_mutex_lock(lock);
    *to = value;
    pthread_mutex_unlock(lock);
}

#endif
