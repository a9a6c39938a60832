/*
 * A program closes every descriptor it can (-DFROM and up) and opens others, as daemons do. Its
 * race is found and reported all the same. The fix joins first.
 */
#include <fcntl.h>
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

static void close_all(void)
{
    for (int fd = FROM; fd < 2000; fd++)
        close(fd);
    close_range(FROM, ~0U, 0);
    for (int k = 0; k < 20; k++)
        if (open("/dev/null", O_RDWR) > 1000)
            _exit(3);
}

int main(void)
{
    pthread_t t;

    close_all();
    pthread_create(&t, NULL, worker, NULL);
    step_wait(1);
    FIX(pthread_join(t, NULL);)
    shared = 2;
    BUG(pthread_join(t, NULL);)
    close_all();
    return 0;
}
