/*
 * Descriptors that are no files: eventfd, timerfd, inotify, pidfd. signalfd is in signal.c.
 */
#include "rows.h"
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/timerfd.h>

/* A row stays a row. */
/* clang-format off */

ROW(int, eventfd, (unsigned count, int flags), (count, flags), NOW, , true, NEW_FD(r, EVENT))
ROW(int, eventfd_read, (int fd, eventfd_t *value), (fd, value), BLOCK, USE_FD(fd), r == 0,
    TAKE(fd) PUT(value))
ROW(int, eventfd_write, (int fd, eventfd_t value), (fd, value), BLOCK, GIVE(fd), false, )

ROW(int, timerfd_create, (clockid_t clock, int flags), (clock, flags), NOW, , true,
    NEW_FD(r, EVENT))
/* Whoever set the timer happens before the read that tells of its expiry. */
ROW(int, timerfd_settime,
    (int fd, int flags, const struct itimerspec *value, struct itimerspec *old),
    (fd, flags, value, old), NOW, GET(value) GIVE(fd), r == 0, PUT(old))
ROW(int, timerfd_gettime, (int fd, struct itimerspec *value), (fd, value), NOW, USE_FD(fd), r == 0,
    PUT(value))

/* Tells of what happens to files, so it is ordered with them. */
ROW(int, inotify_init, (void), (), NOW, , true, NEW_FD(r, FILE))
ROW(int, inotify_init1, (int flags), (flags), NOW, , true, NEW_FD(r, FILE))
ROW(int, inotify_add_watch, (int fd, const char *path, uint32_t mask), (fd, path, mask), NOW,
    USE_FD(fd) IN_S(path), false, )
ROW(int, inotify_rm_watch, (int fd, int watch), (fd, watch), NOW, USE_FD(fd), false, )
ROW(int, pidfd_open, (pid_t pid, unsigned flags), (pid, flags), NOW, , true, NEW_FD(r, PLAIN))
