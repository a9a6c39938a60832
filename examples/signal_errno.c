/*
 * A signal handler that changes errno behind the program's back.
 *
 * The handler writes a byte into a pipe to wake somebody up. The pipe is full, the write fails,
 * and errno is EAGAIN from then on, also for the code that was interrupted: it may have been
 * between a call and its look at errno.
 *
 *   build     reprise cc -g signal_errno.c -o signal_errno
 *   run       ./signal_errno                   exit status 66: something was found
 *   repaired  the same with -DFIXED: the handler saves errno first and restores it last
 *
 * The report: "signal handler spoils errno", and the handler's name and line.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

int wake_up[2];
atomic_int woken;

static void on_signal(int signum)
{
#ifdef FIXED
    int saved = errno;
#endif

    (void)signum;
    if (write(wake_up[1], "x", 1) != 1)
        woken = -1; /* full: whoever reads it will wake up anyway */
    else
        woken = 1;
#ifdef FIXED
    errno = saved;
#endif
}

static void fill(int fd)
{
    char block[4096] = {0};

    fcntl(fd, F_SETFL, O_NONBLOCK);
    while (write(fd, block, sizeof block) > 0)
        ;
}

static void *sleeper(void *arg)
{
    while (!woken)
        usleep(1000);
    return arg;
}

int main(void)
{
    struct sigaction action = {.sa_handler = on_signal};
    pthread_t thread;

    if (pipe(wake_up))
        return 1;
    fill(wake_up[1]);
    sigaction(SIGUSR1, &action, NULL);
    pthread_create(&thread, NULL, sleeper, NULL);
    pthread_kill(thread, SIGUSR1);
    pthread_join(thread, NULL);
    printf("woken up\n");
    return 0;
}
