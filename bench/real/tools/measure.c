// measure: run one command, write one line about it, and never leave it behind.
//
//   measure -o FILE -l LABEL [-k KIND] [-t SECONDS] -- COMMAND ARGS...
//
// Appends "KIND LABEL WALL_MS PEAK_KB STATUS CPU_MS" (tabs between) to FILE, and leaves with
// STATUS: the command's exit code, 128 + N when signal N ended it, 124 when the time was up.
//
// The command gets a process group of its own. SIGTERM and SIGINT are handed on to the command,
// so that a server can be stopped by its wrapper's id; when the time is up the whole group is
// killed; and when measure itself dies, the kernel kills the command.

#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t child_pid;
static volatile sig_atomic_t timed_out;

static void on_signal(int sig)
{
    if (sig == SIGALRM) {
        timed_out = 1;
        kill(-child_pid, SIGKILL);
    } else {
        kill(child_pid, sig);
    }
}

static double now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static long cpu_ms(const struct rusage *use)
{
    long sec = use->ru_utime.tv_sec + use->ru_stime.tv_sec;

    return sec * 1000 + (use->ru_utime.tv_usec + use->ru_stime.tv_usec) / 1000;
}

static void catch_signals(void)
{
    struct sigaction act = {.sa_handler = on_signal};

    sigaction(SIGTERM, &act, NULL);
    sigaction(SIGINT, &act, NULL);
    sigaction(SIGALRM, &act, NULL);
}

static void run_child(char **argv, const sigset_t *mask)
{
    sigprocmask(SIG_SETMASK, mask, NULL);
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    execvp(argv[0], argv);
    fprintf(stderr, "measure: cannot start %s: %s\n", argv[0], strerror(errno));
    _exit(127);
}

static pid_t start(char **argv)
{
    sigset_t all, old;

    // No signal may arrive before child_pid is set: the handler would kill the wrong process.
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &old);
    pid_t pid = fork();
    if (pid == 0)
        run_child(argv, &old);
    child_pid = pid;
    catch_signals();
    sigprocmask(SIG_SETMASK, &old, NULL);
    return pid;
}

static int wait_child(pid_t pid, struct rusage *use)
{
    int status = 0;

    while (wait4(pid, &status, 0, use) < 0)
        if (errno != EINTR)
            return 125;
    kill(-pid, SIGKILL); // whatever the command left behind in its group
    if (timed_out)
        return 124;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int main(int argc, char **argv)
{
    const char *out = NULL, *label = "step", *kind = "run";
    unsigned seconds = 300;
    int opt;

    while ((opt = getopt(argc, argv, "+o:l:k:t:")) != -1) {
        switch (opt) {
        case 'o':
            out = optarg;
            break;
        case 'l':
            label = optarg;
            break;
        case 'k':
            kind = optarg;
            break;
        case 't':
            seconds = (unsigned)atoi(optarg);
            break;
        default:
            return 125;
        }
    }
    if (!out || optind >= argc) {
        fprintf(stderr, "measure: usage: measure -o FILE -l LABEL [-k KIND] [-t SEC] -- CMD...\n");
        return 125;
    }
    double begin = now_ms();
    pid_t pid = start(argv + optind);
    if (pid < 0) {
        fprintf(stderr, "measure: fork: %s\n", strerror(errno));
        return 125;
    }
    alarm(seconds);
    struct rusage use = {0};
    int status = wait_child(pid, &use);
    FILE *f = fopen(out, "a");
    if (!f) {
        fprintf(stderr, "measure: %s: %s\n", out, strerror(errno));
        return 125;
    }
    fprintf(f, "%s\t%s\t%.0f\t%ld\t%d\t%ld\n", kind, label, now_ms() - begin, use.ru_maxrss, status,
            cpu_ms(&use));
    return fclose(f) ? 125 : status;
}
