/* The parts of `reprise shrink`: shrink.c reads the command line and makes the first run and the
 * last, shrink_judge.c says whether a run fails in the way that is looked for, shrink_search.c
 * finds the fewest items of the schedule with which it does, shrink_swap.c lets threads change
 * places, shrink_few.c tries others that are shorter, shrink_tell.c prints the result. */
#ifndef REPRISE_CLI_SHRINK_H
#define REPRISE_CLI_SHRINK_H

#include "core/schedule.h"
#include "failure.h"
#include "replay.h"

enum { SHRINK_JOBS_MAX = 256 };

struct shrink {
    /* the command line */
    struct replay replay; /* what is shrunk, and of which program */
    long jobs, runs_max;  /* runs_max 0: no limit */
    double time_s;        /* 0: no limit */
    double limit_s;       /* of one run */
    const char *check;    /* NULL: none */

    /* shrink_judge.c */
    struct failure_rules rules;
    char *goal;         /* signature of the failure; NULL: the first one of the first run */
    char *type, *title; /* of it */
    char *report;       /* JSON of a finding, or NULL */
    bool inexact;       /* something came from outside at a time of its own */

    /* shrink_search.c */
    struct core_schedule schedule; /* of the run that is shrunk: all its items */
    uint32_t before;               /* how many those of the first run were */
    uint32_t *kept, count;         /* those that are needed: indices, sorted */
    long runs;                     /* attempts made */
    bool minimal;                  /* the search came to its end */
    bool interrupted;              /* ^C */
    double until_s;                /* of attempt_clock(); 0: no limit */
};

/* All of one call of the verb. */
struct shrink_command {
    struct shrink shrink;
    const char *html;
    long rows;
    enum cli_color color;
    struct attempt_outcome last; /* of the shortest schedule */
    char *trace;                 /* file of its trace */
};

/* ---- shrink_judge.c ---- */

/* An attempt as all of them are: recorded, silent, limited. Strategy and schedule are the
 * caller's. */
struct attempt shrink_attempt(const struct shrink *shrink);

/* Does it fail in the way that is looked for? Without a goal, the failure that
 * ended the run becomes it, or else its first finding. */
bool shrink_fails(struct shrink *shrink, const struct attempt_outcome *outcome);

/* ---- shrink_search.c ---- */

/* The schedule of some items, by index, as attempts play it: what does not fit is passed over. To
 * be freed. */
char *shrink_encode(const struct shrink *shrink, const uint32_t *set, uint32_t count);
/* Any schedule as such a text. */
char *shrink_text(const struct core_schedule *schedule);
/* Writes it to a file. 0 or -errno. */
int shrink_write(const struct shrink *shrink, const char *path, const uint32_t *set,
                 uint32_t count);

/* Fills kept, count, runs, minimal, interrupted. schedule is that of a run that fails. 0, or an
 * exit status after an error was printed. */
int shrink_search(struct shrink *shrink);

/* ---- shrink_swap.c ---- */

/* Looks for a shorter schedule among those in which two threads have changed places. True:
 * schedule, kept and count are of a shorter one, and the search should go on from there. */
bool shrink_swap(struct shrink *shrink);

/* The choices of a failing run become the schedule, all of them kept. False: they are not fewer. */
bool shrink_take(struct shrink *shrink, const char *schedule);

/* ---- shrink_few.c ---- */

/* Looks for other schedules of one or two switches when more are left. As shrink_swap(). */
bool shrink_few(struct shrink *shrink);

/* ---- shrink_tell.c ---- */

/* Prints the result, and writes the page. Returns an exit status. */
int shrink_tell(const struct shrink_command *c);
/* ^C: no program can be run any more, but what was reached is not lost. Returns an exit status. */
int shrink_tell_interrupted(const struct shrink *shrink);
/* Puts the shortest schedule beside its finding. A store that cannot be written is told, and no
 * failure: the result is printed anyway. */
void shrink_keep(const struct shrink_command *c);

#endif
