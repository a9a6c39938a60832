/* Runs a program in the place of the command: same descriptors, same signals, its own end. */
#ifndef REPRISE_CLI_CHILD_H
#define REPRISE_CLI_CHILD_H

/* Runs argv[0], found as execvp() does, and waits for its end. Signals that are sent to this
 * process alone meanwhile are passed on; those of the terminal reach the program by themselves.
 * Returns its exit status, or 128+N when signal N ended it; or -errno when it could not be
 * started. Not for use twice at a time. */
int child_run(char **argv);

#endif
