/* --check: a command of the user judges the output of a run. */
#include "cli.h"
#include "failure.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static int file_of(const char *data, size_t bytes)
{
    int fd = memfd_create("reprise-check", MFD_CLOEXEC);
    for (ssize_t done; fd >= 0 && bytes; data += done, bytes -= (size_t)done)
        if ((done = write(fd, data, bytes)) <= 0)
            break;
    if (fd >= 0)
        lseek(fd, 0, SEEK_SET);
    return fd;
}

/* Attempts open an input that is a file anew: so the output becomes our input for a moment. */
static int run_on(int input, const struct attempt *attempt, struct attempt_outcome *outcome)
{
    int saved = fcntl(0, F_DUPFD_CLOEXEC, 3);
    dup2(input, 0);
    int error = attempt_run(attempt, outcome);
    if (saved < 0) {
        close(0);
    } else {
        dup2(saved, 0);
        close(saved);
    }
    return error;
}

static char *verdict(const struct attempt_outcome *outcome)
{
    char text[64], *result;
    if (!attempt_failed(outcome, text, sizeof text))
        return NULL;
    const char *said = outcome->output_bytes ? outcome->output : outcome->errors;
    int length = (int)strcspn(said, "\n");
    if (asprintf(&result, "%s%s%.*s", text, length ? ": " : "", length > 200 ? 200 : length, said) <
        0)
        abort();
    return result;
}

char *check_output(const char *command, const struct attempt_outcome *outcome, double limit_s)
{
    char shell[] = "/bin/sh", option[] = "-c", *copy = strdup(command), *result;
    char *argv[] = {shell, option, copy, NULL};
    struct target target = {.who = "hunt", .quiet = true};
    struct attempt_outcome judged;
    int input = file_of(outcome->output, outcome->output_bytes);
    struct attempt attempt = {.target = &target,
                              .limit_s = limit_s,
                              .input = ATTEMPT_DISCARD,
                              .output = ATTEMPT_KEEP,
                              .errors = ATTEMPT_KEEP};
    int error = input < 0 ? -errno : target_prepare(&target, argv) ? -ENOENT : 0;
    if (!error)
        error = run_on(input, &attempt, &judged);
    if (input >= 0)
        close(input);
    free(copy);
    if (error)
        return strdup(strerror(-error));
    result = verdict(&judged);
    attempt_outcome_free(&judged);
    return result;
}
