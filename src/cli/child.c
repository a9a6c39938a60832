#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const int forwarded[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2};
#define FORWARDED (sizeof forwarded / sizeof forwarded[0])

static volatile pid_t child; /* set before the handlers that read it can run */

/* ^C reaches the whole foreground group, the program included: passing that on would deliver it
 * twice. What a process sent (si_code <= 0) reached only us. */
static void forward(int signal, siginfo_t *info, void *context)
{
    (void)context;
    int saved = errno;
    if (info->si_code <= 0)
        kill(child, signal);
    errno = saved;
}

/* A signal that is ignored (nohup) stays so, for us and for the program. */
static void install_handlers(void)
{
    struct sigaction old, action = {.sa_sigaction = forward, .sa_flags = SA_SIGINFO | SA_RESTART};
    for (size_t i = 0; i < FORWARDED; i++) {
        sigaction(forwarded[i], NULL, &old);
        if (old.sa_handler != SIG_IGN)
            sigaction(forwarded[i], &action, NULL);
    }
}

static int wait_for_end(pid_t pid)
{
    int status;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return -errno;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* The pipe closes itself on a successful exec; otherwise it carries errno. */
static void become(const struct target *target, char **environment, int report,
                   const sigset_t *mask)
{
    sigprocmask(SIG_SETMASK, mask, NULL);
    target_enter_child(target);
    int error = -target_exec(target, environment);
    if (write(report, &error, sizeof error) < 0)
        error = 0; /* the parent then sees status 127 */
    _exit(127);
}

int child_run(const struct target *target, char **environment, pid_t *pid)
{
    int report[2], error = 0;
    sigset_t all, mask;
    if (pipe2(report, O_CLOEXEC) < 0)
        return -errno;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &mask);
    *pid = fork();
    if (*pid == 0)
        become(target, environment, report[1], &mask);
    int fork_error = errno;
    child = *pid;
    if (*pid > 0)
        install_handlers();
    sigprocmask(SIG_SETMASK, &mask, NULL);
    close(report[1]);
    ssize_t length = *pid > 0 ? read(report[0], &error, sizeof error) : 0;
    close(report[0]);
    if (*pid < 0)
        return -fork_error;
    int status = wait_for_end(*pid);
    return length == (ssize_t)sizeof error ? -error : status;
}
