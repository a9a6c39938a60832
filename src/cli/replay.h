/* The parts of `reprise replay`: replay.c reads the command line and plays once, replay_what.c
 * settles what is played, replay_times.c proves it many times, replay_gdb.c starts a debugger. */
#ifndef REPRISE_CLI_REPLAY_H
#define REPRISE_CLI_REPLAY_H

#include "attempt.h"
#include "cli.h"
#include "replay_print.h"
#include "store/store.h"

#include <signal.h>

enum replay_form {
    REPLAY_ANY, /* find out */
    REPLAY_SEED,
    REPLAY_FINDING,
    REPLAY_SCHEDULE,
};

struct replay {
    /* the command line */
    enum replay_form form;
    const char *what; /* seed, finding or schedule */
    const char *strategy;
    struct words sets; /* --set as given */
    char **argv;       /* the program; of a finding it may be missing: argv[0] is NULL then */
    long times;
    double limit_s;
    bool gdb;
    sigset_t mask; /* as it was: attempts leave signals blocked */

    /* what it means */
    struct target target;
    struct words settings;        /* further options of the runtime */
    const char *seed;             /* NULL: none */
    const char *schedule, *trail; /* names of files for the runtime; NULL: none */
    const char *profile;          /* the same, for surw */
    bool exact;                   /* the strategy promises the same run */
    bool rebuilt;                 /* the program is not the one of the schedule or the finding */
    struct store_finding finding; /* signature NULL: none is played */
    char name[32];                /* "F12" */
    struct replay_origin origin;  /* for messages */
};

/* ---- replay_what.c ---- */

/* Finds out what is to be played and on which program, and prepares it. 0, or an exit status after
 * an error was printed. */
int replay_settle(struct replay *replay);

/* A temporary file with this text. Its name, for as long as the process lives; NULL after an error
 * was printed. */
const char *replay_file(const char *name, const char *text);

/* All that the runtime is told about what is played. */
struct attempt replay_attempt(const struct replay *replay);

/* Is what happened what the finding is? */
bool replay_came_back(const struct store_finding *finding, const struct attempt_outcome *outcome);

/* ---- replay_times.c, replay_gdb.c: exit statuses ---- */

int replay_times(const struct replay *replay);
int replay_gdb(const struct replay *replay);

#endif
