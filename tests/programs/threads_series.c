/*
 * THREADS threads one after the other, each ordered with the last by its join, in memory that does
 * not grow with them. At the end one more races with main; the fix joins that one too.
 */
#include <pthread.h>
#include <stdio.h>
#include <sys/resource.h>
#include "step.h"

volatile long counter;

static void *count(void *arg)
{
    counter = counter + 1;
    return arg;
}

static void *racer(void *arg)
{
    counter = 0;
    step_set(1);
    return arg;
}

static long peak_kib(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

static void run_series(long threads)
{
    pthread_t t;

    for (long k = 0; k < threads; k++) {
        pthread_create(&t, NULL, count, NULL);
        pthread_join(t, NULL);
    }
}

int main(void)
{
    pthread_t t;
    long before;

    run_series(THREADS / 10);
    before = peak_kib();
    run_series(THREADS - THREADS / 10);
    if (peak_kib() > before + 100 * 1024)
        fprintf(stderr, "memory grew from %ld to %ld KiB\n", before, peak_kib());
    if (counter != THREADS)
        return 1;
    pthread_create(&t, NULL, racer, NULL);
    step_wait(1);
    FIX(pthread_join(t, NULL);)
    counter = 5;
    BUG(pthread_join(t, NULL);)
    return peak_kib() > before + 100 * 1024 ? 9 : 0;
}
