/*
 * A thread takes a signal with WAIT instead of a handler; what the sender did before is ordered.
 * The racy sender sets the value after.
 */
#include <pthread.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>
#include "step.h"

volatile int value;
sigset_t set;
int descriptor;

static inline int by_sigwait(void)
{
    int signum = 0;

    return sigwait(&set, &signum) ? -1 : signum;
}

static inline int by_sigwaitinfo(void)
{
    siginfo_t info;

    return sigwaitinfo(&set, &info);
}

static inline int by_sigtimedwait(void)
{
    siginfo_t info;
    struct timespec limit = {3600, 0};

    return sigtimedwait(&set, &info, &limit);
}

static inline int by_signalfd(void)
{
    struct signalfd_siginfo info;

    return read(descriptor, &info, sizeof info) == sizeof info ? (int)info.ssi_signo : -1;
}

static void *receiver(void *arg)
{
    while (WAIT() != SIGUSR1)
        ;
    step_wait(1);
    return (char *)arg + value;
}

int main(void)
{
    pthread_t t;
    void *seen;

    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    descriptor = signalfd(-1, &set, 0);
    pthread_create(&t, NULL, receiver, NULL);
    FIX(value = 7;)
    pthread_kill(t, SIGUSR1);
    BUG(value = 7;)
    step_set(1);
    pthread_join(t, &seen);
    return (long)seen == 7 ? 0 : 1;
}
