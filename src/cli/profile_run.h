/* The profile that strategy surw weighs by: made by one run of the program under rr, and kept in
 * .reprise/ under a name that says of which build, arguments and settings it is. The same program
 * gives the same profile, so whoever misses the file makes it again. */
#ifndef REPRISE_CLI_PROFILE_RUN_H
#define REPRISE_CLI_PROFILE_RUN_H

#include "target.h"

#include <stdbool.h>
#include <stddef.h>

/* Does this strategy, with or without parameters, need one? */
bool profile_wanted(const char *strategy);

/* Puts the name of the profile of this program into `path`; makes it when it is not there, in
 * .reprise/ or, when that is not writable, among the temporary files. `settings` are those of the
 * user, may be NULL. limit_s as for attempts. 0, -EINTR when asked to end, -ETIMEDOUT, or -errno;
 * -ENODATA when the program ran and gave none. */
int profile_make(const struct target *target, const struct words *settings, double limit_s,
                 char *path, size_t size);

#endif
