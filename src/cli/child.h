/* Runs a program in the place of the command: same descriptors, same signals, its own end. */
#ifndef REPRISE_CLI_CHILD_H
#define REPRISE_CLI_CHILD_H

#include "target.h"

#include <sys/types.h>

/* Runs the target, which is prepared, and waits for its end. Signals that are sent to this process
 * alone meanwhile are passed on; those of the terminal reach the program by themselves.
 * Returns its exit status, or 128+N when signal N ended it; or -errno when it could not be
 * started. *pid is the program's. Not for use twice at a time. */
int child_run(const struct target *target, char **environment, pid_t *pid);

#endif
