/*
 * A race, and right after it the process ends by END: the finding must be there. The fix joins
 * before the access and ends in the same way.
 */
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "step.h"

volatile int shared;
int *volatile null;

#define by_segv() (*null = 1)
#define by_trap() __builtin_trap()
#define by_kill() kill(getpid(), SIGKILL)
#define by_raw_exit() syscall(SYS_exit_group, 5)

static void *worker(void *arg)
{
    shared = 1;
    step_set(1);
    FIX(return arg;)
    step_wait(2); /* still alive at the end */
    return arg;
}

int main(void)
{
    pthread_t t;

    pthread_create(&t, NULL, worker, NULL);
    step_wait(1);
    FIX(pthread_join(t, NULL);)
    shared = 2;
    END;
}
