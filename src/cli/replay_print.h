/* What `reprise run` and `reprise replay` say on stderr about how a run was scheduled. */
#ifndef REPRISE_CLI_REPLAY_PRINT_H
#define REPRISE_CLI_REPLAY_PRINT_H

#include "attempt.h"

/* What decides the schedule. Strings may be NULL. */
struct replay_origin {
    const char *seed, *strategy; /* of a seed; strategy alone for those without seed */
    const char *schedule;        /* string or file, as given */
    const char *finding;         /* "F12" */
    const struct words *sets;    /* --set options, to be repeated; may be NULL */
};

/* "reprise: seed 42 (pct): 1,234 points, 56 switches, schedule 0x9f3c...", and a second line when
 * something came from outside at a time of its own. */
void replay_print_schedule(const struct replay_origin *origin,
                           const struct attempt_outcome *outcome);

/* "  LABEL: reprise replay ... MORE -- program args". MORE: further options, "" for none. */
void replay_print_next(const char *label, const struct replay_origin *origin, const char *more,
                       char *const *argv);

#endif
