/*
 * Silent: a table indexed by descriptor. One thread closes a descriptor, another one gets the
 * same number from the kernel and takes over its row: the kernel orders the two. In the racy
 * one the row is changed after the close.
 */
#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>
#include "step.h"

volatile int rows[1024];
static int fd;

static void *close_it(void *arg)
{
    (void)arg;
#ifdef FIXED
    rows[fd] = 1;
    close(fd);
#else
    close(fd);
    rows[fd] = 1;
#endif
    step_set(1);
    return NULL;
}

int main(void)
{
    pthread_t t;

    fd = open("/dev/null", O_RDONLY);
    pthread_create(&t, NULL, close_it, NULL);
    step_wait(1);
    int again = open("/dev/null", O_RDONLY);
    rows[again] = 2;
    pthread_join(t, NULL);
    return again == fd ? 0 : 1;
}
