/* What was wrong with a run: the findings of the detector, and whatever else makes it a failure:
 * a crash, an exit status, a signal, no end, a check that failed.
 *
 * Each failure has a signature, by which it is known again in other runs. That of a finding is its
 * own; threads that were left running by a program that gave up are none. Others are made of the
 * type, of what the program said when it died (the expression of an assert, the reason of abort(),
 * the function that crashed; numbers in it do not count), or else of the status and the name of the
 * program. A Go program's panic is known by its words and the function, a failed Go test by its
 * name.
 */
#ifndef REPRISE_CLI_FAILURE_H
#define REPRISE_CLI_FAILURE_H

#include "attempt.h"

struct failure {
    char *signature;
    char *type;    /* of the detector, or "exit", "signal", "timeout", "check", "panic", "test" */
    char *title;   /* one line; of a finding without its places: see failure_title() */
    char *report;  /* a finding: the JSON object of the sidecar; else NULL */
    char *details; /* else: what the program wrote last, "" when nothing; else NULL */
    char *test;    /* the Go test that ran, without its subtests; NULL: none, or not known */
};

struct failures {
    struct failure *at;
    size_t count;
};

/* What is normal for the program. */
struct failure_rules {
    bool success[256];   /* exit statuses that are no failure, besides 0 */
    int exitcode;        /* that the runtime was told to give programs with findings; 0: 66 */
    const char *command; /* --check, for signatures; may be NULL */
};

/* All that was wrong, what ended the program first. `check` is what a check said about the output:
 * NULL for nothing. Of a run with ATTEMPT_KEEP for its errors, and of a Go program for its output,
 * too; without it, signatures say less. */
struct failures failures_of(const struct attempt_outcome *outcome, const struct target *target,
                            const struct failure_rules *rules, const char *check);
void failures_free(struct failures *failures);
const struct failure *failures_find(const struct failures *failures, const char *signature);

/* Title with the places of a finding: "data race  bump a.c:3, main a.c:9". To be freed. */
char *failure_title(const struct failure *failure, struct symbols *symbols);

/* ---- check.c ---- */

/* Runs a shell command with the output of a program as its input. NULL when it is content, else
 * what is wrong, to be freed: "status 1: its last line of output". It is killed after limit_s. */
char *check_output(const char *command, const struct attempt_outcome *outcome, double limit_s);

#endif
