/*
 * Silent: a child forked from a process with several threads, one of which holds a lock that is
 * none of the child's business, works on: memory, locks, files, and an orderly exit.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "step.h"

pthread_mutex_t held = PTHREAD_MUTEX_INITIALIZER, mine = PTHREAD_MUTEX_INITIALIZER;

static void *holder(void *arg)
{
    pthread_mutex_lock(&held);
    step_set(1);
    step_wait(2);
    pthread_mutex_unlock(&held);
    return arg;
}

static int child(void)
{
    char *text = malloc(1000);
    FILE *null = fopen("/dev/null", "w");

    memset(text, 'x', 999);
    text[999] = '\0';
    pthread_mutex_lock(&mine);
    fputs(text, null);
    pthread_mutex_unlock(&mine);
    fclose(null);
    free(text);
    return pthread_mutex_trylock(&held) == 0 ? 6 : 5;
}

int main(void)
{
    pthread_t t;
    int status = 0;
    pid_t pid;

    pthread_create(&t, NULL, holder, NULL);
    step_wait(1);
    pid = fork();
    if (pid == 0)
        exit(child());
    if (waitpid(pid, &status, 0) != pid)
        return 3;
    step_set(2);
    pthread_join(t, NULL);
    return WIFEXITED(status) && WEXITSTATUS(status) == 5 ? 0 : 4;
}
