/* `reprise replay --gdb`: the same run under a debugger. One thread runs at a time and nothing is
 * decided by the clock, so a program that is stopped at a breakpoint goes on as it would have. */
#include "replay.h"
#include "seed.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* gdb is a program of its own: what the target shall have in its environment it gets as commands,
 * for LD_PRELOAD would bring the runtime into gdb. */
static void add_environment(struct words *command, const struct attempt *attempt)
{
    char **environment = attempt_environment(attempt, NULL);
    for (char **entry = environment; *entry; entry++) {
        size_t length = strcspn(*entry, "=");
        bool ours = true;
        for (char **old = environ; *old && ours; old++)
            ours = strcmp(*old, *entry) != 0;
        if (!ours)
            continue;
        words_add(command, "-ex");
        words_addf(command, "set environment %.*s %s", (int)length, *entry, *entry + length + 1);
    }
    target_environment_free(environment);
}

static void build(struct words *command, const struct replay *replay)
{
    const struct attempt attempt = replay_attempt(replay);
    words_add(command, "gdb");
    words_add(command, "-q");
    static const char *const settings[] = {
        "set startup-with-shell off", /* it would start with the runtime, too */
        "unset environment LINES",    /* gdb adds them for the program */
        "unset environment COLUMNS",
        "set print thread-events off",
        "handle SIG32 SIG33 SIG34 nostop noprint pass", /* pthread_cancel and its like */
    };
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
        words_add(command, "-ex");
        words_add(command, settings[i]);
    }
    if (replay->target.info.is_go) {
        words_add(command, "-ex");
        words_add(command, "handle SIGURG nostop noprint pass"); /* Go preempts with it */
    }
    if (replay->target.directory) {
        words_add(command, "-ex");
        words_addf(command, "set cwd %s", replay->target.directory);
    }
    words_add(command, "-ex");
    words_addf(command, "set disable-randomization %s", replay->target.aslr ? "off" : "on");
    add_environment(command, &attempt);
    words_add(command, "--args");
    words_add(command, replay->target.path);
    for (char **word = replay->argv + 1; *word; word++)
        words_add(command, *word);
}

static void print_hint(const struct replay *replay)
{
    fprintf(stderr,
            "reprise: type `break %s` or `break FILE:LINE`, then `run`; each `run` is the same",
            replay->target.info.is_go ? "PACKAGE.FUNCTION" : "FUNCTION");
    fputs(replay->origin.finding ? " run as when it was found\n" : " run\n", stderr);
}

/* Temporary files stay until gdb ends, so it is waited for. ^C is for gdb. */
static int wait_for(pid_t pid)
{
    int status;
    signal(SIGINT, SIG_IGN);
    signal(SIGQUIT, SIG_IGN);
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return CLI_FAILURE;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int replay_gdb(const struct replay *replay)
{
    char path[PATH_MAX];
    struct words command = {0};
    if (!cli_find_program("gdb", path, sizeof path)) {
        cli_error("replay", "--gdb: there is no gdb on this machine; install it first");
        return CLI_FAILURE;
    }
    build(&command, replay);
    print_hint(replay);
    pid_t pid = fork();
    if (pid == 0) {
        sigprocmask(SIG_SETMASK, &replay->mask, NULL);
        execv(path, (char **)command.at);
        _exit(CLI_NOT_FOUND);
    }
    return pid < 0 ? CLI_FAILURE : wait_for(pid);
}
