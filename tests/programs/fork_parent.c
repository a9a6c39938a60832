/*
 * The parent goes on as before after a fork, also while other threads live: its race is found,
 * once, and not by the child. The fix joins first.
 */
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>
#include "step.h"

volatile int shared;

static void *worker(void *arg)
{
    shared = 1;
    step_set(1);
    step_wait(2);
    return arg;
}

int main(void)
{
    pthread_t t;
    int status = 0;
    pid_t pid;

    pthread_create(&t, NULL, worker, NULL);
    step_wait(1);
    pid = fork();
    if (pid == 0)
        _exit(5);
    if (waitpid(pid, &status, 0) != pid || WEXITSTATUS(status) != 5)
        return 3;
    step_set(2);
    FIX(pthread_join(t, NULL);)
    shared = 2;
    BUG(pthread_join(t, NULL);)
    return 0;
}
