/* The parts of `reprise run`: run.c reads the command line, run_seed.c settles who decides the
 * schedule, run_summary.c says at the end what was found. */
#ifndef REPRISE_CLI_RUN_H
#define REPRISE_CLI_RUN_H

#include "cli.h"
#include "run_sidecar.h"
#include "target.h"

struct run {
    struct target target;
    struct words settings; /* name='value', for the runtime */
    struct words sets;     /* --set as given, to be repeated in the line to type next, */
    struct words options;  /* and for the runtime */
    const char *sidecar_wanted;
    enum cli_color color;
    bool quiet, no_summary;
    const char *seed, *strategy; /* NULL: not given */
    const char *schedule;        /* --schedule: a string or a file */
    char drawn[32];              /* a seed of our own choosing */
    struct run_sidecar sidecar;
    pid_t pid; /* the program's */
};

/* ---- run_seed.c ---- */

/* Checks seed, strategy and schedule, settles what was left open, adds them to the settings and
 * says in the target whether the runtime has to schedule. Returns 0, or an exit status after an
 * error was printed. */
int run_settle_seed(struct run *run);

/* The profile, when the strategy wants one. After target_prepare(). */
int run_add_profile(struct run *run);

/* ---- run_summary.c ---- */

/* What was found, the schedule in numbers, and the line to type next. `status` is the program's. */
void run_summarize(const struct run *run, int status);

#endif
