/*
 * What the patterns share. `shared` variables are atomic, so that each access is a schedule point
 * and no data race; the bugs are in the order of the accesses. found() is what is searched for.
 */
#ifndef SEARCH_H
#define SEARCH_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

typedef atomic_int shared;

#define MUTEX PTHREAD_MUTEX_INITIALIZER

static inline int get(shared *s)
{
    return atomic_load_explicit(s, memory_order_relaxed);
}
static inline void set(shared *s, int v)
{
    atomic_store_explicit(s, v, memory_order_relaxed);
}

static inline void found(void)
{
    puts("found");
    exit(1);
}

static inline void lock(pthread_mutex_t *m)
{
    pthread_mutex_lock(m);
}
static inline void unlock(pthread_mutex_t *m)
{
    pthread_mutex_unlock(m);
}

static inline pthread_t start(void *(*body)(void *), intptr_t argument)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, body, (void *)argument) != 0)
        exit(3);
    return thread;
}

static inline void start_all(pthread_t *threads, int count, void *(*body)(void *))
{
    for (int i = 0; i < count; i++)
        threads[i] = start(body, i);
}

static inline void join_all(pthread_t *threads, int count)
{
    for (int i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
}

#endif
