/* What a Go program said when it died: a panic, a fatal error of Go's runtime, failed tests.
 *
 * Both streams of the program are needed for it: Go panics on stderr, and the package testing tells
 * its results on stdout. All strings are the caller's: failure_go_free().
 */
#ifndef REPRISE_CLI_FAILURE_GO_H
#define REPRISE_CLI_FAILURE_GO_H

#include "attempt.h"

struct failure_go {
    const char *type; /* "panic" or "test" */
    char *title;      /* "panic: close of closed channel  main.stop a.go:12", "--- FAIL: TestX" */
    char *what;       /* of the title, what tells one from another */
    char *where;      /* the function that panicked, the name of the test; "" unknown */
    char *test;       /* the test that ran, without its subtests; NULL: none, or unknown */
    char *details;    /* lines of the program; "" when there are none */
};

enum { FAILURE_GO_TESTS = 32 }; /* failed tests that are told apart; more are left out */

struct failure_go_list {
    struct failure_go at[FAILURE_GO_TESTS];
    size_t count;
    bool races; /* tests failed for no other reason than races in them */
};

/* Nothing, when nothing of the kind was said. */
struct failure_go_list failure_go_read(const struct attempt_outcome *outcome);

/* What a program that had no end told of its goroutines when it was asked to end: the lines, to be
 * freed; NULL: nothing. *where is what ran, "main.f a.go:3", to be freed; NULL: nothing did. */
char *failure_go_hang(const char *errors, char **where);

void failure_go_free(struct failure_go_list *list);

#endif
