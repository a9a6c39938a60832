/* Threads start programs in every way there is, and wait for locks that only the kernel knows. */
#include "sched_check.h"
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>

extern char **environ;
static const char *lock_file;

static void *shell(void *arg)
{
    int status = system("exit 3");
    CHECK(WIFEXITED(status));
    IS(WEXITSTATUS(status), 3);
    return arg;
}

static void *pipe_from(void *arg)
{
    char line[16] = "";
    FILE *f = popen("echo hello", "r");
    CHECK(f && fgets(line, sizeof line, f));
    IS(strcmp(line, "hello\n"), 0);
    IS(pclose(f), 0);
    return arg;
}

static void *spawn(void *arg)
{
    char *argv[] = {"sh", "-c", "exit 5", NULL};
    pid_t child;
    int status;
    IS(posix_spawn(&child, "/bin/sh", NULL, NULL, argv, environ), 0);
    IS(waitpid(child, &status, 0), child);
    IS(WEXITSTATUS(status), 5);
    return arg;
}

static void *vfork_exec(void *arg)
{
    int status;
    pid_t child = vfork();
    if (!child) {
        execl("/bin/sh", "sh", "-c", "exit 6", (char *)NULL);
        _exit(127);
    }
    IS(waitpid(child, &status, 0), child);
    IS(WEXITSTATUS(status), 6);
    return arg;
}

static void *locks(void *arg)
{
    int fd = open(lock_file, O_RDWR | O_CLOEXEC);
    CHECK(fd >= 0);
    for (int i = 0; i < 3; i++) {
        IS(flock(fd, LOCK_EX), 0);
        usleep(100);
        IS(flock(fd, LOCK_UN), 0);
    }
    close(fd);
    return arg;
}

int main(void)
{
    void *(*const work[])(void *) = {shell, pipe_from, spawn, vfork_exec, locks, locks, locks};
    enum { N = sizeof work / sizeof work[0] };
    pthread_t t[N];
    static char name[] = "./locked.XXXXXX";
    int fd = mkstemp(name);
    CHECK(fd >= 0);
    lock_file = name;
    for (int i = 0; i < N; i++)
        t[i] = start(work[i], NULL);
    for (int i = 0; i < N; i++)
        IS(pthread_join(t[i], NULL), 0);
    unlink(name);
    return 0;
}
