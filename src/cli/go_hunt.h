/* `reprise go test --hunt`, `reprise go run --hunt`: what its parts share, and what the hunt asks
 * of them.
 *
 *     go_hunt.c        which packages, one hunt after the other, the exit status
 *     go_hunt_flags.c  flags of go as those of the test binary
 *     go_hunt_keep.c   the built programs: where they are kept, how they are built again
 *     go_hunt_lines.c  the lines to type
 *
 * A program is built once, kept below .reprise/go/, and hunted as any other program is; so what is
 * found can be played again and shrunk. A test runs in the directory of its package.
 */
#ifndef REPRISE_CLI_GO_HUNT_H
#define REPRISE_CLI_GO_HUNT_H

#include "go.h"

#include <stdint.h>
#include <stdio.h>

/* One program that is hunted. */
struct go_hunted {
    const struct go_command *command;
    char *package;      /* its import path, for messages */
    char *operand;      /* what to type for it; NULL: the operands as they were given */
    char *directory;    /* to run it in, absolute */
    char *path;         /* of the program, absolute */
    struct words build; /* words behind `reprise` that build it, -o included */
    struct words argv;  /* the program and its arguments */
};

/* ---- go_hunt_flags.c ---- */

/* Is the word at i a flag of go, and not the value of the flag before it? *name has its name
 * without dashes, *value what belongs to it, NULL for none. */
struct go_flag_at {
    const char *name, *value;
    size_t words; /* 1, or 2 when the value is the next word */
    enum go_word kind;
};
bool go_flag_at(const struct go_command *command, size_t i, struct go_flag_at *flag);

/* Refuses flags that make no sense when there are many runs. */
int go_hunt_check_flags(const struct go_command *command);
/* Those that go list understands, and those that go test -c or go build does. */
void go_hunt_list_flags(struct words *line, const struct go_command *command);
void go_hunt_build_flags(struct words *line, const struct go_command *command);
/* What the program gets, as go would call it. */
void go_hunt_arguments(struct words *argv, const struct go_command *command);
/* -timeout in seconds; 0: not given, or none. */
double go_hunt_timeout(const struct go_command *command);

/* ---- go_hunt_keep.c ---- */

/* Builds hunted->path, and writes down beside it how. 0, or an exit status after an error. */
int go_keep_build(struct go_hunted *hunted, const struct go_tool *tool,
                  const struct go_place *place);

/* Is it a program that is kept? When it is not there any more it is built again. *directory is
 * where to run it, for as long as the process lives; NULL when it is none, or that is gone. 0, or
 * an exit status after an error. */
int go_keep_find(const char *who, const char *path, const char **directory);

/* The line that hunts it again, without newline; false: it is none that is kept. */
bool go_keep_print_hunt(FILE *stream, char *const *argv);

/* ---- go_hunt_lines.c ---- */

/* `reprise go test --seed=... -run '^TestX$' ./pkg`; test may be NULL, and so may extra, an option
 * of the runtime. No newline. */
void go_print_replay(FILE *stream, const struct go_hunted *hunted, const char *strategy,
                     const char *seed, const char *extra, const char *test);
/* The same hunt, with other options of it: `reprise go test --hunt OPTIONS ./pkg`. */
void go_print_hunt(FILE *stream, const struct go_hunted *hunted, const char *options);

/* The arguments of a run of this test alone; NULL when that would be the same. The array is the
 * caller's, the words live as long as the process. */
char **go_test_alone(const struct go_hunted *hunted, const char *test);

#endif
