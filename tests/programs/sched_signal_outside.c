/*
 * Signals that another process sends, much later, to a process in which everybody waits: that is
 * no deadlock, and the handlers run.
 */
#include "raw_call.h"
#include "sched_check.h"
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>

static volatile sig_atomic_t handled;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void handler(int sig)
{
    (void)sig;
    handled++;
}

static void *wait_for_mutex(void *arg)
{
    pthread_mutex_lock(&mutex);
    pthread_mutex_unlock(&mutex);
    return arg;
}

static pid_t send_later(void)
{
    pid_t parent = getpid(), child = fork();
    if (child)
        return child;
    struct timespec real = {0, 300000000};
    raw_call(SYS_nanosleep, (long)&real, 0, 0, 0, 0, 0);
    kill(parent, SIGUSR1);
    _exit(0);
}

int main(void)
{
    sigset_t set, old;
    signal(SIGUSR1, handler);
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, &set, &old);
    pthread_mutex_lock(&mutex);
    pthread_t t = start(wait_for_mutex, NULL);
    pid_t child = send_later();
    while (handled < 1)
        sigsuspend(&old);
    pthread_mutex_unlock(&mutex);
    IS(pthread_join(t, NULL), 0);
    IS(waitpid(child, NULL, 0), child);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
    child = send_later();
    pause();
    IS(handled, 2);
    IS(waitpid(child, NULL, 0), child);
    return 0;
}
