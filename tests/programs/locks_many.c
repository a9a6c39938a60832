/*
 * 100,000 locks, each with its own cell, used by two threads. In the racy twin main passes over
 * one lock.
 */
#include <pthread.h>
#include <stdlib.h>
#include "step.h"

#define LOCKS 100000

struct cell {
    pthread_mutex_t mutex;
    volatile int value;
};

struct cell *cells;

static void add_to_all(int skip)
{
    for (int k = 0; k < LOCKS; k++) {
        if (k != skip)
            pthread_mutex_lock(&cells[k].mutex);
        cells[k].value = cells[k].value + 1;
        if (k != skip)
            pthread_mutex_unlock(&cells[k].mutex);
    }
}

static void *worker(void *arg)
{
    add_to_all(-1);
    step_set(1);
    return arg;
}

int main(void)
{
    pthread_t t;

    cells = calloc(LOCKS, sizeof *cells);
    for (int k = 0; k < LOCKS; k++)
        pthread_mutex_init(&cells[k].mutex, NULL);
    pthread_create(&t, NULL, worker, NULL);
    step_wait(1);
    add_to_all(BUG(LOCKS / 2) FIX(-1));
    pthread_join(t, NULL);
    for (int k = 0; k < LOCKS; k++)
        pthread_mutex_destroy(&cells[k].mutex);
    free(cells);
    return 0;
}
