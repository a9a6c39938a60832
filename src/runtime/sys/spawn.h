/* Starts helpers that the program never notices: a process, or a thread. */
#ifndef REPRISE_RUNTIME_SPAWN_H
#define REPRISE_RUNTIME_SPAWN_H

#include <stdbool.h>

/*
 * Runs argv[0], a path, with `fd` as its standard input and output, standard error closed to
 * /dev/null unless `loud`, no other descriptors, no blocked signals, default handlers, and deaf
 * to the signals of a terminal. It is no child of this process: wait() doesn't see it and its
 * end sends no SIGCHLD. It should end by itself when the other end of `fd` is closed. Any
 * thread, also one with a small stack; needs no memory of the heap. 0 or -errno, that of a
 * failed exec included.
 */
int sys_spawn(const char *const *argv, const char *const *envp, int fd, bool loud);

/*
 * Runs a function in a thread that libc doesn't know, with all signals blocked and a small stack,
 * until it returns or the process ends. It has no TLS of its own, so whatever uses errno or rt_tls
 * is forbidden to it. 0 or -errno.
 */
int sys_thread(int (*run)(void *), void *arg);
/* How many of those there are. None in the child of fork. */
unsigned sys_threads(void);
void sys_threads_after_fork(void);

#endif
