/*
 * THREADS threads live at the same time, each with its own slot; the last one's slot is written by
 * main too, unordered. The fix joins all of them first.
 */
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include "step.h"

pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
volatile int slots[THREADS];
int arrived;

/* Writes its slot and waits at the gate, blocked and not spinning: there are many of us. */
static void *worker(void *arg)
{
    slots[(long)arg] = 1;
    __atomic_fetch_add(&arrived, 1, __ATOMIC_RELAXED);
    pthread_mutex_lock(&gate);
    pthread_mutex_unlock(&gate);
    return NULL;
}

static void join_all(pthread_t *t)
{
    pthread_mutex_unlock(&gate);
    for (int k = 0; k < THREADS; k++)
        pthread_join(t[k], NULL);
}

int main(void)
{
    pthread_t *t = malloc(THREADS * sizeof *t);
    pthread_attr_t attr;

    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, 64 * 1024);
    pthread_mutex_lock(&gate);
    for (long k = 0; k < THREADS; k++)
        if (pthread_create(&t[k], &attr, worker, (void *)k)) {
            fprintf(stderr, "only %ld threads here\n", k);
            _Exit(77);
        }
    while (__atomic_load_n(&arrived, __ATOMIC_RELAXED) < THREADS)
        sched_yield();
    FIX(join_all(t);)
    slots[THREADS - 1] = 2;
    BUG(join_all(t);)
    free(t);
    return 0;
}
