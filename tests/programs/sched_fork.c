/*
 * A process with threads forks: the child is alone, has no alarm, runs on, waits, makes threads of
 * its own and forks again, while the parent's threads go on.
 */
#include "sched_check.h"
#include <signal.h>
#include <sys/time.h>
#include <sys/wait.h>

const char *__tsan_default_options(void);
const char *__tsan_default_options(void)
{
    return "die_after_fork=0";
}

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int count, alarms;

static void *add(void *arg)
{
    for (int i = 0; i < 5; i++) {
        pthread_mutex_lock(&mutex);
        count += *(int *)arg;
        pthread_cond_broadcast(&changed);
        pthread_mutex_unlock(&mutex);
        usleep(1000);
    }
    return NULL;
}

static void threads_add(int n)
{
    pthread_t t[3];
    int one = 1;
    pthread_mutex_lock(&mutex);
    int end = count + n * 5;
    pthread_mutex_unlock(&mutex);
    for (int i = 0; i < n; i++)
        t[i] = start(add, &one);
    pthread_mutex_lock(&mutex);
    while (count < end)
        IS(pthread_cond_wait(&changed, &mutex), 0);
    pthread_mutex_unlock(&mutex);
    for (int i = 0; i < n; i++)
        IS(pthread_join(t[i], NULL), 0);
}

static void rings(int sig)
{
    (void)sig;
    alarms++;
}

static void wait_for(pid_t child, int expected)
{
    int status;
    IS(waitpid(child, &status, 0), child);
    CHECK(WIFEXITED(status));
    IS(WEXITSTATUS(status), expected);
}

static _Noreturn void in_child(int depth)
{
    struct itimerval left;
    IS(getitimer(ITIMER_REAL, &left), 0);
    IS(left.it_value.tv_sec, 0); /* alarms are the parent's */
    IS(left.it_value.tv_usec, 0);
    sleep(20);
    IS(alarms, 0);
    threads_add(3);
    pid_t child = depth ? fork() : 0;
    if (child)
        wait_for(child, 3 + depth - 1);
    else if (depth)
        in_child(depth - 1);
    exit(3 + depth);
}

static void *other(void *arg)
{
    (void)arg;
    threads_add(2);
    return NULL;
}

int main(void)
{
    signal(SIGALRM, rings);
    pthread_t t = start(other, NULL);
    alarm(10);
    pthread_mutex_lock(&mutex); /* so the child has it, too */
    pid_t child = fork();
    CHECK(child >= 0);
    pthread_mutex_unlock(&mutex);
    if (!child)
        in_child(1);
    IS(pthread_join(t, NULL), 0);
    wait_for(child, 4);
    alarm(0);
    return 0;
}
