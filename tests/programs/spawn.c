/*
 * Child processes in all the ways there are, from a process with threads; then a race, found as
 * ever. The fix joins before the access.
 */
#include <pthread.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include "step.h"

extern char **environ;
volatile int shared;

static int wait_for(pid_t pid)
{
    int status = 0;

    return waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int by_fork(char **argv)
{
    pid_t pid = fork();

    if (pid == 0) {
        execvp(argv[0], argv);
        _exit(127);
    }
    return wait_for(pid);
}

static int by_vfork(char **argv)
{
    pid_t pid = vfork();

    if (pid == 0) {
        execvp(argv[0], argv);
        _exit(127);
    }
    return wait_for(pid);
}

static int by_spawn(char **argv)
{
    pid_t pid;

    return posix_spawnp(&pid, argv[0], NULL, NULL, argv, environ) ? -1 : wait_for(pid);
}

static int by_popen(void)
{
    FILE *child = popen("echo out; exit 3", "r");
    char line[10] = "";
    int got = fgets(line, sizeof line, child) != NULL;

    return got && line[0] == 'o' ? WEXITSTATUS(pclose(child)) : -1;
}

static void *worker(void *arg)
{
    shared = 1;
    step_set(1);
    step_wait(2);
    return arg;
}

int main(void)
{
    char *argv[] = {"sh", "-c", "exit 3", NULL};
    pthread_t t;

    pthread_create(&t, NULL, worker, NULL);
    step_wait(1);
    if (by_fork(argv) != 3 || by_vfork(argv) != 3 || by_spawn(argv) != 3 || by_popen() != 3)
        return 2;
    if (WEXITSTATUS(system("exit 3")) != 3)
        return 3;
    step_set(2);
    FIX(pthread_join(t, NULL);)
    shared = 2;
    BUG(pthread_join(t, NULL);)
    return 0;
}
