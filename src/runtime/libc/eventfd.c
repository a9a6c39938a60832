/*
 * Descriptors that are no files: eventfd, inotify, pidfd. signalfd is in signal.c, timerfd in
 * timers.c.
 */
#include "rows.h"
#include <sys/eventfd.h>
#include <sys/inotify.h>

/* A row stays a row. */
/* clang-format off */

ROW(int, eventfd, (unsigned count, int flags), (count, flags), NOW, , true, NEW_FD(r, EVENT))
ROW(int, eventfd_read, (int fd, eventfd_t *value), (fd, value), IO, WAIT_IN(fd) USE_FD(fd),
    r == 0, TAKE(fd) PUT(value))
ROW(int, eventfd_write, (int fd, eventfd_t value), (fd, value), IO,
    WAIT_OUT(fd) GIVE(fd), false, )

/* Tells of what happens to files, so it is ordered with them. */
ROW(int, inotify_init, (void), (), NOW, , true, NEW_FD(r, FILE))
ROW(int, inotify_init1, (int flags), (flags), NOW, , true, NEW_FD(r, FILE))
ROW(int, inotify_add_watch, (int fd, const char *path, uint32_t mask), (fd, path, mask), NOW,
    USE_FD(fd) IN_S(path), false, )
ROW(int, inotify_rm_watch, (int fd, int watch), (fd, watch), NOW, USE_FD(fd), false, )
ROW(int, pidfd_open, (pid_t pid, unsigned flags), (pid, flags), NOW, , true, NEW_FD(r, PLAIN))
