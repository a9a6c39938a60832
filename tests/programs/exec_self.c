/*
 * A race, and then the process replaces itself: the finding must be there, and the new program
 * runs as if nothing had been. -DSECOND: the new program has the race. The fix joins first.
 */
#include <pthread.h>
#include <unistd.h>
#include "step.h"

volatile int shared;

static void *worker(void *arg)
{
    shared = 1;
    step_set(1);
    return arg;
}

static void race(void)
{
    pthread_t t;

    pthread_create(&t, NULL, worker, NULL);
    step_wait(1);
    FIX(pthread_join(t, NULL);)
    shared = 2;
    BUG(pthread_join(t, NULL);)
}

int main(int argc, char **argv)
{
    char *again[] = {argv[0], "again", NULL};

#ifndef SECOND
    if (argc == 1)
        race();
#else
    if (argc == 2)
        race();
#endif
    if (argc == 1)
        execv("/proc/self/exe", again);
    return 0;
}
