/*
 * A program has left its directory, emptied its environment, overwritten its arguments and
 * (-DUNLINK) deleted itself when its race is found. The fix joins first.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "step.h"

volatile int shared;

static void *worker(void *arg)
{
    shared = 1;
    step_set(1);
    return arg;
}

int main(int argc, char **argv)
{
    pthread_t t;

    (void)argc;
#ifdef UNLINK
    unlink(argv[0]);
#endif
    if (chdir("/"))
        return 2;
    clearenv();
    memset(argv[0], 'x', strlen(argv[0]));
    pthread_create(&t, NULL, worker, NULL);
    step_wait(1);
    FIX(pthread_join(t, NULL);)
    shared = 2;
    BUG(pthread_join(t, NULL);)
    return 0;
}
