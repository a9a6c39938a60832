/*
 * Parent and child of a fork fill the runtime's tables at the same time, with stacks, mutexes,
 * heap blocks, threads and accesses of their own, and then race: each must find its own race with
 * its own stacks. `threads` as argument: another thread lives while fork is called.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { BLOCKS = 3000, DEPTH = 60 };

static int shared[4];
static void *volatile block[BLOCKS];
static pthread_mutex_t mutexes[100];

static void *before_fork(void *unused)
{
    shared[0]++;
    return unused;
}
static void *in_child(void *unused)
{
    shared[1]++;
    return unused;
}
static void *in_parent(void *unused)
{
    shared[2]++;
    return unused;
}

static void race(void *(*body)(void *))
{
    pthread_t t;
    if (pthread_create(&t, NULL, body, NULL))
        abort();
    body(NULL);
    pthread_join(t, NULL);
}

/* Contexts that differ: each number is another path of calls. */
static int left(unsigned path, int depth);
static int right(unsigned path, int depth)
{
    block[path % BLOCKS] = malloc(path % 100 + 1);
    return depth ? (path & 1 ? left : right)(path >> 1 | path << 11, depth - 1) + 1 : 0;
}
static int left(unsigned path, int depth)
{
    pthread_mutex_lock(&mutexes[path % 100]);
    shared[3] += (int)path;
    pthread_mutex_unlock(&mutexes[path % 100]);
    return depth ? (path & 1 ? right : left)(path >> 1 | path << 11, depth - 1) + 1 : 0;
}

/* Thrice, and there are still fewer stacks than lead to folding (stack.c). */
static void fill(unsigned from)
{
    for (unsigned i = from; i < from + 30; i++)
        left(i * 2654435761u, DEPTH);
}

static void *wait_for_end(void *p)
{
    char byte;
    if (read(((int *)p)[0], &byte, 1) < 0)
        return p;
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t other;
    int ends[2], status = 0, with_threads = argc > 1 && strcmp(argv[1], "threads") == 0;
    for (int i = 0; i < 100; i++)
        pthread_mutex_init(&mutexes[i], NULL);
    race(before_fork);
    fill(1);
    if (with_threads && (pipe(ends) || pthread_create(&other, NULL, wait_for_end, ends)))
        return 1;
    pid_t child = fork();
    fill(child ? 1000 : 5000);
    race(child ? in_parent : in_child);
    fill(child ? 2000 : 6000);
    if (!child)
        return 0;
    waitpid(child, &status, 0);
    if (with_threads) {
        close(ends[1]);
        pthread_join(other, NULL);
    }
    printf("child %d\n", WIFEXITED(status) ? WEXITSTATUS(status) : -1);
    return 0;
}
