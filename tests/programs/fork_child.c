/* A forked child starts threads that race; its parent passes its status on. The fix locks. */
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>
#include "step.h"

volatile int shared;
pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static NOINLINE void write_shared(int value)
{
    FIX(pthread_mutex_lock(&mutex);)
    shared = value;
    FIX(pthread_mutex_unlock(&mutex);)
}

static void *worker(void *arg)
{
    write_shared(1);
    step_set(1);
    return arg;
}

static int child(void)
{
    pthread_t t;

    pthread_create(&t, NULL, worker, NULL);
    step_wait(1);
    write_shared(2);
    pthread_join(t, NULL);
    return 0;
}

int main(void)
{
    int status = 0;
    pid_t pid = fork();

    if (pid == 0)
        return child();
    if (waitpid(pid, &status, 0) != pid)
        return 3;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 4;
}
