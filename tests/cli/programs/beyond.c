/*
 * More than the runtime remembers exactly, then a race:
 *     stacks     a million and a half different call stacks
 *     threads    34,000 threads, one after the other, that nothing orders
 */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { PATHS = 400000, DEPTH = 22, THREADS = 34000 };

static int racy;
static _Atomic int ended;

static void *race(void *unused)
{
    racy++;
    return unused;
}

/* Behind the runtime's back, so that the threads are not ordered and leave no history. */
#define UNSEEN __attribute__((no_sanitize("thread"), noinline))
UNSEEN static void *count(void *unused)
{
    atomic_fetch_add(&ended, 1);
    return unused;
}
UNSEEN static void wait_for(int wanted)
{
    while (atomic_load(&ended) < wanted)
        sched_yield();
}

/* Each bit of the path says which of two calls is made. */
static void descend(unsigned path, int depth)
{
    if (!depth)
        free(malloc(1)); /* whose stack is kept */
    else if (path & 1)
        descend(path >> 1, depth - 1);
    else
        descend(path >> 1, depth - 1);
    __asm__ volatile("");
}

static void many_threads(void)
{
    pthread_t t;
    for (int i = 0; i < THREADS; i++) {
        if (pthread_create(&t, NULL, count, NULL))
            return;
        pthread_detach(t);
        wait_for(i + 1);
    }
}

int main(int argc, char **argv)
{
    pthread_t t;
    if (argc > 1 && !strcmp(argv[1], "stacks"))
        for (unsigned i = 0; i < PATHS; i++)
            descend(i * 2654435761u >> 8, DEPTH);
    if (argc > 1 && !strcmp(argv[1], "threads"))
        many_threads();
    pthread_create(&t, NULL, race, NULL);
    race(NULL);
    pthread_join(t, NULL);
    return 0;
}
