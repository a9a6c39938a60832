/*
 * Standard error is a full disk or a pipe that nobody reads (-DSTDERR): the report cannot be
 * shown, but the program ends as it would, and not by SIGPIPE. The fix joins first.
 */
#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>
#include "step.h"

volatile int shared;

static inline int full_disk(void)
{
    return open("/dev/full", O_WRONLY);
}

static inline int broken_pipe(void)
{
    int ends[2];

    if (pipe(ends))
        return -1;
    close(ends[0]);
    return ends[1];
}

static void *worker(void *arg)
{
    shared = 1;
    step_set(1);
    return arg;
}

int main(void)
{
    pthread_t t;

    dup2(STDERR(), 2);
    pthread_create(&t, NULL, worker, NULL);
    step_wait(1);
    FIX(pthread_join(t, NULL);)
    shared = 2;
    BUG(pthread_join(t, NULL);)
    return 0;
}
