/*
 * Silent: a thread spins on a flag that only a handler sets, without any call in the loop. A
 * runtime that delivers signals at calls would hang it; alarm() ends the test then.
 */
#include <pthread.h>
#include <signal.h>
#include <unistd.h>
#include "step.h"

volatile sig_atomic_t flag;

static void handler(int signum)
{
    (void)signum;
    flag = 1;
}

static void *spinner(void *arg)
{
    step_set(1);
    while (!flag)
        ;
    return arg;
}

int main(void)
{
    pthread_t t;
    struct sigaction action = {.sa_handler = handler};

    sigaction(SIGUSR1, &action, NULL);
    pthread_create(&t, NULL, spinner, NULL);
    step_wait(1);
    alarm(5);
    pthread_kill(t, SIGUSR1);
    pthread_join(t, NULL);
    return 0;
}
