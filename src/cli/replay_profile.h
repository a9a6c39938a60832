/* The profile that a seed of strategy surw was played with, for `reprise run` and `replay`. */
#ifndef REPRISE_CLI_REPLAY_PROFILE_H
#define REPRISE_CLI_REPLAY_PROFILE_H

#include "target.h"

/* The name of its file, in static memory: as it was left by an earlier run, or made now by one
 * more. NULL: the strategy wants none, or there is none to be had, which is said then. `options`
 * are those of the user. limit_s as for attempts. */
const char *replay_profile(const char *who, const char *strategy, const struct target *target,
                           const struct words *options, double limit_s);

#endif
