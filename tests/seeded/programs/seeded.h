/*
 * What the programs of this directory share: starting threads, and saying that the bug has shown.
 *
 * Each program has one concurrency bug, which some interleavings show and others don't; with
 * -DFIXED it has none. Nothing here or there knows of Reprise.
 */
#ifndef SEEDED_H
#define SEEDED_H

#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { MOST_THREADS = 256 };

static inline void broken(const char *what)
{
    printf("BROKEN: %s\n", what);
    exit(1);
}

static inline void expect(int holds, const char *what)
{
    if (!holds)
        broken(what);
}

static inline pthread_t start(void *(*body)(void *), void *argument)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, body, argument) != 0) {
        puts("pthread_create failed");
        exit(3);
    }
    return thread;
}

static inline void join(pthread_t thread)
{
    pthread_join(thread, NULL);
}

/* Runs body(0) ... body(count - 1) in threads of their own until all have returned. */
static inline void together(int count, void *(*body)(void *))
{
    pthread_t threads[MOST_THREADS];
    for (int i = 0; i < count; i++)
        threads[i] = start(body, (void *)(intptr_t)i);
    for (int i = 0; i < count; i++)
        join(threads[i]);
}

/* Two different bodies at the same time. */
static inline void both(void *(*one)(void *), void *(*other)(void *))
{
    pthread_t first = start(one, NULL);
    pthread_t second = start(other, NULL);
    join(first);
    join(second);
}

#define INDEX(argument) ((int)(intptr_t)(argument))

#endif
