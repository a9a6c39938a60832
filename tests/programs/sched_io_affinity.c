/*
 * Which processors this process may run on, by each way to ask, here, in threads, in a child, and
 * in programs that it starts: with an argument it only prints. The lines must be those that it
 * prints without a runtime.
 */
#include <sched.h>
#include <spawn.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>
#include "sched_check.h"

extern char **environ;

static void print_set(const char *who, const cpu_set_t *set)
{
    printf("%s", who);
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
        if (CPU_ISSET(cpu, set))
            printf(" %d", cpu);
    printf("\n");
    fflush(stdout);
}

static void print_mine(const char *who)
{
    cpu_set_t set;
    IS(sched_getaffinity(0, sizeof set, &set), 0);
    print_set(who, &set);
}

static void *in_thread(void *arg)
{
    cpu_set_t set, one;
    int cpu = sched_getcpu();
    (void)arg;
    IS(pthread_getaffinity_np(pthread_self(), sizeof set, &set), 0);
    print_set("thread", &set);
    CHECK(cpu >= 0 && CPU_ISSET(cpu, &set));
    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    IS(pthread_setaffinity_np(pthread_self(), sizeof one, &one), 0);
    IS(sched_getcpu(), cpu);
    IS(sched_getaffinity((pid_t)syscall(SYS_gettid), sizeof set, &set), 0);
    CHECK(CPU_EQUAL(&set, &one));
    CPU_ZERO(&one);
    IS(sched_setaffinity(0, sizeof one, &one), -1);
    IS(errno, EINVAL);
    return NULL;
}

static void wait_for(pid_t pid)
{
    int status;
    CHECK(pid > 0);
    IS(waitpid(pid, &status, 0), pid);
    IS(status, 0);
}

static void start_all(char *self)
{
    char *words[] = {self, "posix_spawn", NULL}, command[4096];
    pid_t pid;
    IS(posix_spawn(&pid, self, NULL, NULL, words, environ), 0);
    wait_for(pid);
    snprintf(command, sizeof command, "%s system", self);
    IS(system(command), 0);
    words[1] = "execv";
    if ((pid = fork()) == 0)
        _exit(execv(self, words));
    wait_for(pid);
    if ((pid = fork()) == 0)
        _exit(execl(self, self, "execl", (char *)NULL));
    wait_for(pid);
    if ((pid = fork()) == 0)
        _exit(execle(self, self, "execle", (char *)NULL, environ));
    wait_for(pid);
    words[1] = "vfork";
    if ((pid = vfork()) == 0)
        _exit(execvp(self, words));
    wait_for(pid);
    IS(execl("/nonexistent", "x", (char *)NULL), -1);
    IS(errno, ENOENT);
    if ((pid = fork()) == 0) {
        print_mine("fork");
        _exit(0);
    }
    wait_for(pid);
}

int main(int argc, char **argv)
{
    pthread_t th;
    unsigned cpu, node;
    if (argc > 1) {
        print_mine(argv[1]);
        return 0;
    }
    print_mine("main");
    IS(getcpu(&cpu, &node), 0);
    printf("%ld %d\n", sysconf(_SC_NPROCESSORS_ONLN), get_nprocs());
    fflush(stdout);
    pthread_create(&th, NULL, in_thread, NULL);
    pthread_join(th, NULL);
    print_mine("main");
    start_all(argv[0]);
    print_mine("main");
    return 0;
}
