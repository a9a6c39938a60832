/*
 * What a thread did before pthread_kill is ordered with the handler in the thread it hits. The
 * racy main sets the value when the handler may already be running.
 */
#include <pthread.h>
#include <signal.h>
#include <unistd.h>
#include "step.h"

volatile int value, seen;

static void handler(int signum)
{
    (void)signum;
    seen = value;
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
    FIX(value = 7;)
    pthread_kill(t, SIGUSR1);
    step_wait(2);
    BUG(value = 7;)
    pthread_join(t, NULL);
    return seen == 7 ? 0 : 1;
}
