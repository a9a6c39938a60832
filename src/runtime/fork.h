/*
 * fork: one thread is copied, and with it all memory, in whatever state other threads left it.
 *
 * So the world is stopped around it (event.h): with no other thread inside the runtime, no lock
 * of it is held and no table is half-written. Only what threads do that the runtime doesn't know
 * (after their end) needs its locks taken one by one.
 *
 * Our part runs as the innermost pthread_atfork handlers: after the program's own prepare
 * handlers, before its other two kinds. Those are program code and may do everything. It also
 * covers forks that libc makes by itself (daemon, forkpty). Code that forks without libc calls
 * the three functions by hand.
 *
 * In the child of a process with threads, the history of the others is dropped, the report says
 * that the run is degraded, and, with die_after_fork, new threads end the process: libc's and the
 * program's locks may be held by threads that don't exist any more.
 *
 * Where the kernel counts private memory in full (vm.overcommit_memory=2), the runtime's tables are
 * shared maps: then the parent copies what is used of them for its child.
 */
#ifndef REPRISE_RUNTIME_FORK_H
#define REPRISE_RUNTIME_FORK_H

#include "rt.h"

/* Registers the handlers. From init. */
void rt_fork_init(void);

/* In the thread that forks, at any depth: before, and after in parent or child. Between them the
 * thread is inside the runtime. Nothing happens in threads the runtime doesn't know. */
void rt_fork_before(void);
void rt_fork_parent(void);
void rt_fork_child(void);

/* A thread is about to be created: ends the process, after saying so, when that is hopeless. */
void rt_fork_check_create(void);

#endif
