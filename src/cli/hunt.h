/* The parts of `reprise hunt`.
 *
 *     hunt.c          the command line
 *     hunt_baseline.c the first run
 *     hunt_search.c   the seeds: which, how many at a time, until when
 *     hunt_found.c    what was found: known again, run once more, kept
 *     hunt_alone.c    a failure of a Go test, looked for in that test alone
 *     hunt_keep.c     where it is kept: the database, or a file when that is not possible
 *     hunt_result.c   that file, which is also what a shard leaves and `reprise merge` reads
 *     hunt_print.c    what is said: findings, the live list, the end
 *
 * Seeds are numbers, tried in their order; the strategies given take turns. Without --all the
 * search ends with the lowest seed that fails, whatever the number of processes: seeds above it
 * that were tried meanwhile are forgotten.
 */
#ifndef REPRISE_CLI_HUNT_H
#define REPRISE_CLI_HUNT_H

#include "attempt.h"
#include "cli.h"
#include "failure.h"
#include "store/store.h"
#include "target.h"

#include <limits.h>

/* ---- hunt_found.c ---- */

/* One distinct failure. */
struct found {
    struct store_finding row; /* owned; id 0: not in the database */
    char **seeds;             /* under which it was seen, each as "STRATEGY SEED"; owned */
    size_t seed_count, seed_capacity;
    char *extra;         /* NAME=VALUE: an option of the runtime that it takes to come back; NULL */
    uint64_t count;      /* seeds, also those that the list has no room for */
    char *inexact;       /* what came from outside at a time of its own; NULL: nothing known */
    bool other_schedule; /* it came back, but the schedule was another one */
    bool unkept;         /* is nowhere but on the screen */
    char *test;          /* the Go test that it is about; NULL: none, or not known */
    bool alone;          /* its row is of a run of that test alone */
};

struct found_list {
    struct found *at;
    size_t count;
};

/* Of the detector, or a failure of the program? */
bool found_by_detector(const struct found *found);
struct found *found_find(const struct found_list *list, const char *signature);
/* A new entry; takes the strings of the row. Earlier pointers into the list are no longer valid. */
struct found *found_new(struct found_list *list, const struct store_finding *row);
/* Was it the run that has no seed? */
bool found_in_first_run(const char *strategy, const char *seed);
void found_add_seed(struct found *found, const char *strategy, const char *seed);
void found_list_free(struct found_list *list);

/* ---- hunt_result.c ---- */

/* Who hunts where and for what: shards of one hunt have these in common. */
struct hunt_plan {
    struct words argv; /* the program; NULL at the end */
    const char *directory;
    struct words sets; /* NAME=VALUE, as given with --set */
    struct words strategies;
    const char *check; /* NULL: none */
    uint64_t first_seed;
    uint64_t seeds; /* all shards together; 0: no limit */
    double time_s;  /* of each; 0: no limit */
    bool all;
    unsigned shard, of; /* from 1 */
};

struct hunt_result {
    struct hunt_plan plan;
    uint64_t next; /* the shard's seeds below this one, counted from 0, are done */
    uint64_t done; /* how many: less than next where later ones were forgotten */
    double seconds;
    bool complete; /* nothing is left to do */
    struct found_list found;
};

/* Writes the file anew, so that it is whole at every moment. 0 or -errno. */
int hunt_result_write(const struct hunt_result *result, const char *path);
/* 0, -errno, or -EBADMSG: damaged or something else. Strings live as long as the process. */
int hunt_result_read(struct hunt_result *result, const char *path);
/* Is it the same hunt, apart from the number of the shard? */
bool hunt_plan_equal(const struct hunt_plan *a, const struct hunt_plan *b);
/* "DIR/shard-0003-of-0010.json". */
void hunt_result_path(char *path, size_t size, const char *directory, unsigned shard, unsigned of);

/* ---- hunt_names.c ---- */

/* What failures of runs without symbols are called: by their signatures there. */
struct hunt_names {
    struct hunt_name {
        char *raw;
        struct failure named;
    } *at;
    size_t count;
};

/* Puts failures of a run without symbols in the words of one with them. */
struct hunt;
void hunt_name_failures(struct hunt *hunt, const char *strategy, const char *seed,
                        struct failures *failures);

/* ---- the whole ---- */

struct hunt {
    struct target target;
    const struct go_hunted *go; /* what `reprise go` built: messages are in its words; NULL: not */
    struct words settings;      /* --set in the runtime's syntax */
    struct words run_settings;  /* those of a run: ours, and then these, which win */
    struct words bare_settings; /* the same, and reports name no functions (hunt_names.c) */
    struct hunt_names names;
    uint64_t max_steps; /* of a run; 0: the runtime's own limit */
    struct hunt_result result;
    const char *out; /* --out; NULL: none */
    int jobs;
    double limit_s; /* of a run */
    bool keep_going;
    bool own_max_steps; /* the user's */
    struct failure_rules rules;
    enum cli_color color;

    char profile[PATH_MAX];   /* for surw; "": none */
    bool interrupted, broken; /* by ^C; because nothing could be started any more */
    int running;              /* processes, for the progress line */
    double started_s;         /* attempt_clock() of the search */
    uint64_t here;            /* seeds done by this process; the others by one that was killed */
    double until_s;           /* 0: no limit */

    struct store *store; /* NULL: not open, or no use */
    bool store_failed;
    char path[PATH_MAX]; /* file of results; "": none yet */
    bool unkept;         /* not even that */
    double written_s;
    struct symbols *symbols;
};

/* ---- hunt.c ---- */

/* Reads options from argv[1] on into a hunt that is zero; *next is the first operand. 0, CLI_USAGE
 * after an error, or CLI_HELP after help was given. */
int hunt_read_options(struct hunt *hunt, int argc, char **argv, int *next);
/* All the rest, with this program. An exit status. */
int hunt_program(struct hunt *hunt, char **argv);

/* ---- hunt_baseline.c ---- */

/* Stands for it where a seed is told. */
#define HUNT_FIRST_SEED "0"

/* The run without scheduling. 0 to go on, or an exit status. */
int hunt_baseline(struct hunt *hunt);

/* ---- hunt_search.c ---- */

/* Does a seed decide the whole schedule? */
bool hunt_is_controlled(const char *strategy);

void hunt_search(struct hunt *hunt);
/* Settles the options of runs. `steps` are those of the first run, 0 before it. */
void hunt_set_options(struct hunt *hunt, uint64_t steps);
/* Fills an attempt for this seed. */
struct attempt hunt_attempt(const struct hunt *hunt, const char *strategy, const char *seed);
/* What was wrong with it, --check included. */
struct failures hunt_judge(const struct hunt *hunt, const struct attempt_outcome *outcome);

/* ---- hunt_found.c ---- */

/* Counts, confirms, keeps and prints what failed under a seed. */
void hunt_found(struct hunt *hunt, const char *strategy, const char *seed,
                const struct failures *failures, const struct attempt_outcome *outcome);

/* What was wrong with a run, and all that it left behind, becomes that of the row. `again` is the
 * same failure in that run; NULL: it did not come back. */
void found_take(struct found *found, const struct failure *again,
                const struct attempt_outcome *outcome);

/* ---- hunt_alone.c ---- */

/* Does the test that the finding is about show it also without the others? Then the row gets the
 * seed of that run, which is shorter to play and to understand. */
void hunt_alone(struct hunt *hunt, struct found *found);

/* ---- hunt_keep.c ---- */

/* Opens the database, or the results of the shard so far. 0, or an exit status. */
int hunt_keep_open(struct hunt *hunt);
/* Adds an occurrence; sets found->row.id. */
void hunt_keep_occurrence(struct hunt *hunt, struct found *found, const char *strategy,
                          const char *seed);
/* Brings the row of the database up to date. */
void hunt_keep_row(struct hunt *hunt, struct found *found);
/* A shard writes its results from time to time, and at the end. */
void hunt_keep_results(struct hunt *hunt, bool now);
void hunt_keep_close(struct hunt *hunt);

/* ---- hunt_print.c ---- */

void hunt_print_found(struct hunt *hunt, const struct found *found);
/* Lines of the program itself. */
void hunt_print_details(FILE *stream, const char *text);
/* The lines at the bottom of a terminal; `clear` takes them away. */
void hunt_progress(struct hunt *hunt, bool clear);
void hunt_print_end(struct hunt *hunt);
/* A list of findings with their rates. */
void found_list_print(FILE *stream, const struct found_list *list, uint64_t done);
/* "0 of N seeds failed: fewer than 1 in M schedules at 95 %", without newline */
void hunt_print_silence(FILE *stream, uint64_t done);
/* How many schedules at least pass for one that fails, when `done` were drawn and none did. */
double hunt_silence(uint64_t done);
/* What is hunted, for messages. */
const char *hunt_subject(const struct hunt *hunt);
/* The line that plays a seed again. `test`: in that test alone; NULL: in all of it. */
void hunt_print_again(FILE *stream, const struct hunt *hunt, const char *strategy, const char *seed,
                      const char *extra, const char *test);
/* The end of a merge. */
void hunt_print_merged(const struct found_list *list, const struct hunt_plan *plan, uint64_t done,
                       unsigned shards);
void hunt_print_replay(FILE *stream, const struct hunt_plan *plan, const char *strategy,
                       const char *seed, const char *extra);
/* The exit status that goes with what was found. */
int found_status(const struct found_list *list);

#endif
