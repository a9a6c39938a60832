/* vfork, fork and clone: what child and parent share, and what they must not. */
#include "../check.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime/rt.h"

static volatile int shared;

static int wait_for(pid_t pid)
{
    int status = -1;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static void handler(int sig)
{
    (void)sig;
}

/* The child runs in our memory, and yet nothing of the runtime's changes. */
static void test_vfork(void)
{
    struct rt_frame *top = rt_tls.top;
    signal(SIGUSR1, handler);
    pid_t pid = vfork();
    if (pid == 0) {
        shared = rt_tls.depth;
        signal(SIGUSR1, SIG_DFL);
        _exit(7);
    }
    CHECK(pid > 0);
    CHECK_EQ(wait_for(pid), 7);
    CHECK(shared >= RT_DEPTH_VFORK);
    CHECK_EQ(rt_tls.depth, 0);
    CHECK(rt_tls.top == top);
    CHECK(signal(SIGUSR1, SIG_DFL) == handler);
}

static void test_vfork_exec(void)
{
    pid_t pid = vfork();
    if (pid == 0) {
        execl("/nonexistent", "nonexistent", (char *)NULL);
        shared = errno;
        _exit(1);
    }
    CHECK_EQ(wait_for(pid), 1);
    CHECK_EQ(shared, ENOENT);
}

static int forks_seen[3];
static void prepare(void)
{
    forks_seen[0] = rt_tls.depth == 0;
}
static void parent(void)
{
    forks_seen[1] = rt_tls.depth == 0;
}
static void child(void)
{
    forks_seen[2] = rt_tls.depth == 0;
}

/* The program's atfork handlers are program code: outside of the runtime, with no lock held. */
static void test_atfork(void)
{
    pthread_atfork(prepare, parent, child);
    pid_t pid = fork();
    if (pid == 0)
        _exit(forks_seen[0] && forks_seen[2] && !forks_seen[1] && rt_thread_live_count() == 1);
    CHECK_EQ(wait_for(pid), 1);
    CHECK(forks_seen[0] && forks_seen[1]);
}

static volatile int stop;

static void *work(void *arg)
{
    while (!stop)
        free(malloc(100));
    return arg;
}

/* Whatever the others do at that moment, the child can go on. */
static void test_fork_with_threads(void)
{
    pthread_t thread[3];
    for (int i = 0; i < 3; i++)
        pthread_create(&thread[i], NULL, work, NULL);
    for (int i = 0; i < 50; i++) {
        pid_t pid = fork();
        if (pid == 0) {
            for (int k = 0; k < 100; k++)
                free(malloc(1000));
            _exit(rt_self()->os_tid == gettid() ? 3 : 4);
        }
        CHECK_EQ(wait_for(pid), 3);
    }
    stop = 1;
    for (int i = 0; i < 3; i++)
        pthread_join(thread[i], NULL);
}

static int in_clone(void *arg)
{
    free(malloc(10));
    return arg == &shared && rt_tls.depth == 0 ? 5 : 6;
}

static int in_vfork_clone(void *arg)
{
    *(volatile int *)arg = 9;
    return 5;
}

static void test_clone(void)
{
    static char stack[1 << 16] __attribute__((aligned(64)));
    pid_t pid = clone(in_clone, stack + sizeof stack, SIGCHLD, (void *)&shared);
    CHECK_EQ(wait_for(pid), 5);
    pid = clone(in_vfork_clone, stack + sizeof stack, CLONE_VM | CLONE_VFORK | SIGCHLD,
                (void *)&shared);
    CHECK_EQ(shared, 9);
    CHECK_EQ(rt_tls.depth, 0);
    CHECK_EQ(wait_for(pid), 5);
}

int main(void)
{
    RUN(test_vfork);
    RUN(test_vfork_exec);
    RUN(test_atfork);
    RUN(test_fork_with_threads);
    RUN(test_clone);
    return check_done();
}
