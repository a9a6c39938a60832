/* `reprise go`: what its parts share.
 *
 * The verb passes everything on to the user's `go`. Subcommands that build (build, install, run,
 * test) get `-race` and an overlay that swaps the race runtime and edits some files of the
 * standard library; the edits do nothing without a seed. Options of our own, which have two dashes
 * and a name that go doesn't know, are taken out, wherever go would read an option.
 *
 *     go_options.c   splits the command line                  struct go_command
 *     go_find.c      finds go, asks what it is, checks it     struct go_tool
 *     go_overlay.c   the overlay in the cache                 struct go_place
 *     go_run.c       the command line and environment of the child, and its end
 *     go_hunt.c      --hunt: the same for many seeds
 *
 * Functions that return int return 0 or an exit status, and then have said why in one line.
 * One thread only.
 */
#ifndef REPRISE_CLI_GO_H
#define REPRISE_CLI_GO_H

#include "go_edit.h"
#include "target.h"
#include "words.h"

#include <limits.h>
#include <stdbool.h>

/* ---- go.c: the verb ---- */

enum go_option {
    GO_OPTION_GO = 1,
    GO_OPTION_SEED,
    GO_OPTION_STRATEGY,
    GO_OPTION_SET,
    GO_OPTION_SIDECAR,
    GO_OPTION_HUNT,
    GO_OPTION_FOR_HUNT, /* and what follows: handed to the hunt under its name there */
    GO_OPTION_SEEDS,
    GO_OPTION_RUNS, /* the same as seeds */
    GO_OPTION_TIME,
    GO_OPTION_JOBS,
    GO_OPTION_ALL,
    GO_OPTION_KEEP_GOING,
    GO_OPTION_SEED_FROM,
};

/* As `reprise hunt` calls it. */
const char *go_option_name(enum go_option id);

/* ---- go_options.c: the command line ---- */

/* What a word behind the subcommand is. */
enum go_word {
    GO_BUILD_FLAG, /* for go itself: -tags, -ldflags=..., -o; or the value of one */
    GO_TEST_FLAG,  /* go test: for the test binary, which calls it -test.NAME: -run, -count, -v */
    GO_OPERAND,    /* a package, a pattern or a .go file */
    GO_REST,       /* for the program: behind -args, behind what go run runs, flags that go test
                      doesn't know */
};

struct go_command {
    const char *subcommand; /* "test"; NULL: none, there was only help to give */
    const char *directory;  /* of -C, else NULL. It is in neither of the lists below. */
    struct words words;     /* behind the subcommand, in order, without -C, -overlay and ours;
                               all of them when nothing is built */
    enum go_word *kinds;    /* of each */
    bool builds;            /* build, install, run, test: gets the overlay */

    /* of ours; NULL and empty when not given */
    const char *go;              /* --go, else REPRISE_GO */
    const char *seed, *strategy; /* --seed, --strategy; checked */
    struct words settings;       /* seed, strategy, schedule, --set, --sidecar, ... as
                                    target_environment() takes them */
    struct words sets;           /* the --set NAME=VALUE as written */
    bool hunt;                   /* --hunt */
    struct words hunt_options;   /* what else is for the hunt, as `reprise hunt` takes it:
                                    "--seeds=100", "--time=10m", "--all", ... */

    /* of go's that matter to us */
    const char *overlay; /* -overlay=FILE as written; NULL: none but that of GOFLAGS */
    const char *output;  /* -o */
    bool compile_only;   /* test -c */
    bool counted;        /* test -count=N was given */
    bool json;           /* -json */
    bool dry;            /* -n: go only prints what it would do */
};

/* argv[0] is "go". CLI_HELP after --help was answered. */
int go_read_command(struct go_command *command, int argc, char **argv);

/* ---- go_find.c: the user's go ---- */

struct go_tool {
    char path[PATH_MAX];
    char *version; /* "go1.26.8" */
    char *goroot;
    char *flags;              /* GOFLAGS, as go reads it: also that of `go env -w` */
    struct go_version number; /* 0.0: of no release, so newer than all */
    bool known; /* the edits are for this version; otherwise there is only detection */
};

/* Finds it: --go, REPRISE_GO, PATH. */
int go_find(struct go_tool *tool, const struct go_command *command);

/* The output of go, called with the words in command->directory; its errors are ours. To be freed;
 * NULL when it could not be started. *status: its exit status. */
char *go_output(const struct go_tool *tool, const struct go_command *command,
                const char *const *words, int *status);

/* Asks it, in command->directory, and checks that a build with -race can work. Sets CGO_ENABLED=1
 * in our environment when it was not set. A seed and a version that is not known: refused. */
int go_ask(struct go_tool *tool, const struct go_command *command);

/* ---- go_overlay.c: the overlay ---- */

struct go_place {
    char overlay[PATH_MAX]; /* the file for -overlay=, absolute */
};

/* Finds it in the cache or makes it; one of a user's own (command->overlay, or in tool->flags) is
 * merged with it in a temporary file. What is temporary goes at exit. From here on SIGINT, SIGTERM
 * and SIGHUP end this process only through what it does next: 128+N comes back when one arrived. */
int go_place_make(struct go_place *place, const struct go_tool *tool,
                  const struct go_command *command);

/* ---- go_run.c: the child ---- */

/* The command line: PATH [-C DIR] SUBCOMMAND [-race -overlay=FILE] and what the caller adds behind
 * it: mostly command->words, with -count=1 before them when there is a seed. place may be NULL. */
void go_start_line(struct words *line, const struct go_command *command, const struct go_tool *tool,
                   const struct go_place *place, const char *subcommand);

/* Runs it in our place, as child_run() does, under the settings. Its exit status, or 126. */
int go_execute(const struct words *line, const struct words *settings, bool seeded);

/* ---- go_hunt.c ---- */

/* `reprise go test --hunt ...`, `reprise go run --hunt ...`: exit statuses as those of `reprise
 * hunt`. */
int go_hunt(const struct go_command *command, const struct go_tool *tool,
            const struct go_place *place);

#endif
