/* The only thread spins until the handler of an alarm has run, before there are others and after. */
#include "sched_check.h"
#include <signal.h>

static volatile sig_atomic_t rang;

static void ring(int sig)
{
    (void)sig;
    rang = 1;
}

static void *nothing(void *arg)
{
    return arg;
}

static void spin(void)
{
    rang = 0;
    alarm(1);
    while (!rang)
        ;
}

int main(void)
{
    signal(SIGALRM, ring);
    pthread_t t[3];
    spin();
    for (int i = 0; i < 3; i++)
        t[i] = start(nothing, NULL);
    for (int i = 0; i < 3; i++)
        IS(pthread_join(t[i], NULL), 0);
    spin();
    return 0;
}
