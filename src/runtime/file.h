/*
 * Files of the runtime: reading small ones whole, and logs.
 *
 * A log is a file that is only appended to. It stays the same file whatever the program does:
 * chdir (its path is made absolute early), fork (the child writes a file of its own when the
 * path names the process), closing every descriptor, or opening something else under our
 * number (the descriptor is checked by inode before each use and opened again).
 */
#ifndef REPRISE_RUNTIME_FILE_H
#define REPRISE_RUNTIME_FILE_H

#include "format.h"

/* Appends the whole file to b, at most 16 MiB of it. 0 or -errno. */
int rt_file_read(const char *path, struct rt_text *b);

/* What an error number means, in words: "no such file or directory". Takes either sign. */
const char *rt_error_text(int error);

/* The path of this program, "" when unknown. Constant after the first call, made by init. */
const char *rt_exe_path(void);
const char *rt_base_name(const char *path);

enum { RT_LOG_PATH = 1024 };

/* The path seen from the root, as the working directory is now; cut off when it is too long. */
void rt_absolute_path(const char *path, char out[RT_LOG_PATH]);

struct rt_log {
    char path[RT_LOG_PATH]; /* absolute */
    bool per_process;       /* %p in path stands for the process id */
    int fd;                 /* valid while pid is ours and the inode is still this one */
    pid_t pid;              /* who opened it, 0 = closed */
    uint64_t device, inode;
};

/* Takes a path, relative to the directory of now. "" makes a log without a file. */
void rt_log_init(struct rt_log *log, const char *path, bool per_process);
/* Opens it for this process where that has to be done. 0 or -errno. */
int rt_log_open(struct rt_log *log);
/* One write of n bytes at the end of the file. Callers take turns. 0 or -errno. */
int rt_log_write(struct rt_log *log, const void *data, size_t n);

/* Writes all of it; sends no SIGPIPE and waits where the file is non-blocking. 0 or -errno. */
int rt_write_fd(int fd, const void *data, size_t n);

#endif
