/* Semaphores. */
#include "sched_check.h"
#include <semaphore.h>
#include <signal.h>
#include <string.h>

enum { ITEMS = 6, THREADS = 3 };

static sem_t items, room, never, started;
static int handled;

static void *produce(void *arg)
{
    for (int i = 0; i < ITEMS; i++) {
        IS(sem_wait(&room), 0);
        IS(sem_post(&items), 0);
    }
    return arg;
}

static void *consume(void *arg)
{
    for (int i = 0; i < ITEMS; i++) {
        if (i % 2)
            while (sem_trywait(&items))
                IS(errno, EAGAIN);
        else
            IS(sem_wait(&items), 0);
        IS(sem_post(&room), 0);
    }
    return arg;
}

static void *times(void *arg)
{
    struct timespec wall = from_now(CLOCK_REALTIME, LONG_MS);
    struct timespec mono = from_now(CLOCK_MONOTONIC, LONG_MS);
    IS(sem_trywait(&never), -1);
    IS(errno, EAGAIN);
    IS(sem_timedwait(&never, &wall), -1);
    IS(errno, ETIMEDOUT);
    IS(sem_clockwait(&never, CLOCK_MONOTONIC, &mono), -1);
    IS(errno, ETIMEDOUT);
    IS(sem_timedwait(&never, &no_time), -1);
    IS(errno, EINVAL);
    return arg;
}

static void on_signal(int sig)
{
    handled = sig;
}

static void *be_interrupted(void *arg)
{
    IS(sem_post(&started), 0);
    IS(sem_wait(&never), -1);
    IS(errno, EINTR);
    IS(handled, SIGUSR1);
    return arg;
}

static void *be_restarted(void *arg)
{
    IS(sem_post(&started), 0);
    IS(sem_wait(&never), 0);
    return arg;
}

static void signals(int flags, void *(*run)(void *), int posts)
{
    struct sigaction a;
    memset(&a, 0, sizeof a);
    a.sa_handler = on_signal;
    a.sa_flags = flags;
    sigaction(SIGUSR1, &a, NULL);
    pthread_t t = start(run, NULL);
    IS(sem_wait(&started), 0);
    usleep(100000); /* it is in sem_wait */
    IS(pthread_kill(t, SIGUSR1), 0);
    usleep(100000);
    for (int i = 0; i < posts; i++)
        IS(sem_post(&never), 0);
    end_of(t);
}

static void *be_cancelled(void *arg)
{
    sem_wait(&never);
    return arg;
}

int main(void)
{
    pthread_t t[2 * THREADS];
    int value;

    sem_init(&items, 0, 0);
    sem_init(&room, 0, 2);
    sem_init(&never, 0, 0);
    sem_init(&started, 0, 0);
    for (int i = 0; i < 2 * THREADS; i++)
        t[i] = start(i % 2 ? consume : produce, NULL);
    for (int i = 0; i < 2 * THREADS; i++)
        end_of(t[i]);
    IS(sem_getvalue(&room, &value), 0);
    IS(value, 2);
    end_of(start(times, NULL));
    times(NULL);

    signals(0, be_interrupted, 0);
    signals(SA_RESTART, be_restarted, 1);

    t[0] = start(be_cancelled, NULL);
    sched_yield();
    IS(pthread_cancel(t[0]), 0);
    CHECK(end_of(t[0]) == PTHREAD_CANCELED);

    sem_destroy(&items);
    return 0;
}
