/*
 * Silent: a handler uses what the interrupted thread uses. They are one thread, however the
 * signal comes, and whichever call it interrupts.
 */
#include <pthread.h>
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>
#include "step.h"

volatile int counter, ticks;

static void handler(int signum)
{
    (void)signum;
    counter++;
    ticks++;
}

static void *bystander(void *arg)
{
    step_wait(1); /* its signals are blocked: it has main's mask from before */
    return arg;
}

int main(void)
{
    pthread_t t;
    struct sigaction action = {.sa_handler = handler};
    struct itimerval often = {{0, 500}, {0, 500}}, never = {{0, 0}, {0, 0}};
    sigset_t all, before;

    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    pthread_create(&t, NULL, bystander, NULL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    sigaction(SIGALRM, &action, NULL);
    sigaction(SIGUSR1, &action, NULL);
    setitimer(ITIMER_REAL, &often, NULL);
    while (ticks < 20) {
        counter++;
        usleep(100);
    }
    setitimer(ITIMER_REAL, &never, NULL);
    raise(SIGUSR1);
    kill(getpid(), SIGUSR1);
    counter++;
    step_set(1);
    pthread_join(t, NULL);
    return counter > 20 ? 0 : 1;
}
