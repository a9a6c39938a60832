/* Starts a helper process that the program never notices. */
#ifndef REPRISE_RUNTIME_SPAWN_H
#define REPRISE_RUNTIME_SPAWN_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * Runs argv[0], a path, with `fd` as its standard input and output, standard error closed to
 * /dev/null unless `loud`, no other descriptors, no blocked signals, default handlers, and deaf
 * to the signals of a terminal. Its end sends no SIGCHLD and wait() doesn't see it. Any thread,
 * also one with a small stack; needs no memory of the heap. Returns its pid or -errno, exec
 * failures included.
 */
pid_t sys_spawn(const char *const *argv, const char *const *envp, int fd, bool loud);

/* Collects it when it has ended. True when there is nothing left of it. */
bool sys_reap(pid_t pid);

#endif
