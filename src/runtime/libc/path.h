/*
 * Names in the file system as a means to tell another thread something: unlink, rename, mkdir
 * and exclusive creation happen before a look at a path that could find their effect. One sync
 * object for all names; option io_sync=0 turns it off.
 */
#ifndef REPRISE_RUNTIME_LIBC_PATH_H
#define REPRISE_RUNTIME_LIBC_PATH_H

#include "rows.h"

extern char rt_path_sync; /* io.c */

#define CHANGES_PATH()                                                                             \
    if (rt_options.io_sync)                                                                        \
        rt_release(t, (rt_addr) & rt_path_sync);
#define SEEN_PATH()                                                                                \
    if (rt_options.io_sync)                                                                        \
        rt_acquire(t, (rt_addr) & rt_path_sync);

#endif
