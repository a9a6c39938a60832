/* A program that is to run under the runtime: where it is, what its file tells, and what it needs
 * in its environment.
 *
 * The parent prepares once; each run of the program then takes an environment of its own, so many
 * may run at a time with different seeds. Nothing here changes the environment of the command.
 *
 *     struct target target = {.who = "hunt", .seeded = true};
 *     status = target_prepare(&target, argv);            says what is wrong, returns its status
 *     target_set(&settings, "hunt", "seed", "42");       NAME='VALUE' for the runtime
 *     char **environment = target_environment(&target, &settings);
 *     fork();
 *         target_enter_child(&target);
 *         target_exec(&target, environment);             returns only -errno
 *     target_environment_free(environment);
 *
 * A Go program has our runtime in it, or no seed can decide anything: nothing is ever preloaded
 * into one. Any other that has no runtime in it gets one through LD_PRELOAD when a seed is wanted:
 * schedule points are then its libc calls, and its memory accesses are not seen.
 */
#ifndef REPRISE_CLI_TARGET_H
#define REPRISE_CLI_TARGET_H

#include "elfinfo.h"
#include "words.h"

#include <limits.h>
#include <stdbool.h>

struct target {
    /* set by the caller before target_prepare() */
    const char *who;       /* the verb, for messages */
    bool seeded;           /* the runtime shall schedule: it is needed in the program */
    bool aslr;             /* leave the address space random */
    bool quiet;            /* no remarks on programs that are not instrumented; errors still */
    const char *directory; /* to run it in; argv[0] is absolute then. NULL: ours */
    /* the results */
    char **argv;         /* as given; not copied */
    char path[PATH_MAX]; /* of the program */
    struct elfinfo info; /* all zero for a script */
    bool preload;        /* gets the runtime through LD_PRELOAD */
};

/* Finds argv[0] as the shell does and looks at it. Returns 0, or an exit status after the reason
 * was printed: not found (127), not executable (126), seeded and no way to bring the runtime into
 * it (125), or the go command, which has a verb of its own (2). One remark, unless quiet, when the
 * program is not instrumented. */
int target_prepare(struct target *target, char **argv);

/* Adds NAME='VALUE' in the runtime's syntax. Returns 0, or CLI_USAGE after an error: the syntax
 * cannot say a value with both kinds of quotes. */
int target_set(struct words *settings, const char *who, const char *name, const char *value);
/* The same, and CLI_USAGE for what the runtime would refuse: no such option, no such value. */
int target_set_checked(struct words *settings, const char *who, const char *name,
                       const char *value);
/* The same for a --set NAME=VALUE. */
int target_set_assignment(struct words *settings, const char *who, const char *assignment);

/* Must the runtime itself know functions and lines? Suppressions match them. If not, symbolize=0
 * saves a run with findings most of its time; but signatures are made of names, and differ. A Go
 * program has its names at hand. `settings` may be NULL. */
bool target_wants_symbols(const struct target *target, const struct words *settings);

/* The environment for one run: this process's, with the settings at the end of REPRISE_OPTIONS
 * (later ones win), REPRISE_SYMBOLIZER, LD_LIBRARY_PATH for a program that gcc linked with its
 * libtsan, LD_PRELOAD for one without a runtime. Aborts when memory is out. */
char **target_environment(const struct target *target, const struct words *settings);
void target_environment_free(char **environment);

/* In the child, between fork and exec: the address space is laid out as always, unless aslr or not
 * seeded. A system that refuses is no reason to stop. Async-signal-safe. */
void target_enter_child(const struct target *target);

/* Becomes the program, in its directory; a file without `#!` goes to the shell as with execvp().
 * Returns only on failure: -errno. Async-signal-safe. */
int target_exec(const struct target *target, char **environment);

/* What to return when target_exec() failed with `error` (positive); prints why. */
int target_cannot_start(const struct target *target, int error);

#endif
