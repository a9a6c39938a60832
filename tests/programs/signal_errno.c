/*
 * A handler leaves errno changed, so the code it interrupted may see an error it never had; the
 * fix saves and restores it.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>
#include "step.h"

static void handler(int signum)
{
    FIX(int saved = errno;)

    (void)signum;
    close(-1); /* fails with EBADF */
    FIX(errno = saved;)
    step_set(2);
}

static void *target(void *arg)
{
    step_set(1);
    while (step_load(&step_now) < 2)
        usleep(1000);
    return arg;
}

int main(void)
{
    pthread_t t;
    struct sigaction action = {.sa_handler = handler};

    sigaction(SIGUSR1, &action, NULL);
    pthread_create(&t, NULL, target, NULL);
    step_wait(1);
    pthread_kill(t, SIGUSR1);
    pthread_join(t, NULL);
    return 0;
}
