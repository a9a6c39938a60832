/*
 * Files by name and what is known of them: links, directories, attributes, statistics.
 */
#include "path.h"
#include <dirent.h>
#include <fcntl.h>
#include <mntent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>

/* A row stays a row. */
/* clang-format off */

/* ---- changing names: see path.h. Those that fail may have seen what another thread did. ---- */

#define CHANGE(name, params, args, before)                                                         \
    ROW(int, name, params, args, BLOCK, before CHANGES_PATH(), true, SEEN_PATH())

CHANGE(unlink, (const char *path), (path), IN_S(path))
CHANGE(unlinkat, (int dir, const char *path, int flags), (dir, path, flags), IN_S(path))
CHANGE(remove, (const char *path), (path), IN_S(path))
CHANGE(rmdir, (const char *path), (path), IN_S(path))
CHANGE(mkdir, (const char *path, mode_t mode), (path, mode), IN_S(path))
CHANGE(mkdirat, (int dir, const char *path, mode_t mode), (dir, path, mode), IN_S(path))
CHANGE(rename, (const char *from, const char *to), (from, to), IN_S(from) IN_S(to))
CHANGE(renameat, (int from_dir, const char *from, int to_dir, const char *to),
       (from_dir, from, to_dir, to), IN_S(from) IN_S(to))
CHANGE(renameat2, (int from_dir, const char *from, int to_dir, const char *to, unsigned flags),
       (from_dir, from, to_dir, to, flags), IN_S(from) IN_S(to))
CHANGE(link, (const char *from, const char *to), (from, to), IN_S(from) IN_S(to))
CHANGE(linkat, (int from_dir, const char *from, int to_dir, const char *to, int flags),
       (from_dir, from, to_dir, to, flags), IN_S(from) IN_S(to))
CHANGE(symlink, (const char *from, const char *to), (from, to), IN_S(from) IN_S(to))
CHANGE(symlinkat, (const char *from, int dir, const char *to), (from, dir, to), IN_S(from) IN_S(to))
CHANGE(mkfifo, (const char *path, mode_t mode), (path, mode), IN_S(path))

ROW(char *, mkdtemp, (char *path), (path), BLOCK, IN_S(path), r, OUT_S(path))

/* ---- asking whether they are there ---- */

ROW(int, access, (const char *path, int mode), (path, mode), BLOCK, IN_S(path), true, SEEN_PATH())
ROW(int, faccessat, (int dir, const char *path, int mode, int flags), (dir, path, mode, flags),
    BLOCK, IN_S(path), true, SEEN_PATH())

#define IN_STAT(path)                                                                              \
    if (rt_options.intercept_stat) {                                                               \
        IN_S(path)                                                                                 \
    }
#define OUT_STAT(s)                                                                                \
    SEEN_PATH()                                                                                    \
    if (r == 0 && rt_options.intercept_stat) {                                                     \
        PUT(s)                                                                                     \
    }
#define STATS(suffix)                                                                              \
    ROW(int, stat##suffix, (const char *path, struct stat##suffix *s), (path, s), BLOCK,           \
        IN_STAT(path), true, OUT_STAT(s))                                                          \
    ROW(int, lstat##suffix, (const char *path, struct stat##suffix *s), (path, s), BLOCK,          \
        IN_STAT(path), true, OUT_STAT(s))                                                          \
    ROW(int, fstat##suffix, (int fd, struct stat##suffix *s), (fd, s), BLOCK, USE_FD(fd), true,    \
        OUT_STAT(s))                                                                               \
    ROW(int, fstatat##suffix, (int dir, const char *path, struct stat##suffix *s, int flags),      \
        (dir, path, s, flags), BLOCK, IN_STAT(path), true, OUT_STAT(s))                            \
    /* the same before glibc 2.33 */                                                               \
    ROW(int, __xstat##suffix, (int version, const char *path, struct stat##suffix *s),             \
        (version, path, s), BLOCK, IN_STAT(path), true, OUT_STAT(s))                               \
    ROW(int, __lxstat##suffix, (int version, const char *path, struct stat##suffix *s),            \
        (version, path, s), BLOCK, IN_STAT(path), true, OUT_STAT(s))                               \
    ROW(int, __fxstat##suffix, (int version, int fd, struct stat##suffix *s), (version, fd, s),    \
        BLOCK, USE_FD(fd), true, OUT_STAT(s))                                                      \
    ROW(int, __fxstatat##suffix,                                                                   \
        (int version, int dir, const char *path, struct stat##suffix *s, int flags),               \
        (version, dir, path, s, flags), BLOCK, IN_STAT(path), true, OUT_STAT(s))                   \
    ROW(int, statfs##suffix, (const char *path, struct statfs##suffix *s), (path, s), BLOCK,       \
        IN_STAT(path), true, OUT_STAT(s))                                                          \
    ROW(int, fstatfs##suffix, (int fd, struct statfs##suffix *s), (fd, s), BLOCK, USE_FD(fd),      \
        true, OUT_STAT(s))                                                                         \
    ROW(int, statvfs##suffix, (const char *path, struct statvfs##suffix *s), (path, s), BLOCK,     \
        IN_STAT(path), true, OUT_STAT(s))                                                          \
    ROW(int, fstatvfs##suffix, (int fd, struct statvfs##suffix *s), (fd, s), BLOCK, USE_FD(fd),    \
        true, OUT_STAT(s))

STATS()
STATS(64)
ROW(int, statx, (int dir, const char *path, int flags, unsigned mask, struct statx *s),
    (dir, path, flags, mask, s), BLOCK, IN_STAT(path), true, OUT_STAT(s))

/* ---- where a name leads ---- */

ROW(ssize_t, readlink, (const char *path, char *buf, size_t n), (path, buf, n), BLOCK, IN_S(path),
    r > 0, SEEN_PATH() OUT(buf, r))
ROW(ssize_t, readlinkat, (int dir, const char *path, char *buf, size_t n), (dir, path, buf, n),
    BLOCK, IN_S(path), r > 0, SEEN_PATH() OUT(buf, r))
ROW(ssize_t, __readlink_chk, (const char *path, char *buf, size_t n, size_t room),
    (path, buf, n, room), BLOCK, IN_S(path), r > 0, SEEN_PATH() OUT(buf, r))
/* A result of their own making comes from malloc, which has seen to it. */
ROW(char *, realpath, (const char *path, char *buf), (path, buf), BLOCK, IN_S(path), r == buf,
    OUT_S(r))
ROW(char *, __realpath_chk, (const char *path, char *buf, size_t room), (path, buf, room), BLOCK,
    IN_S(path), r == buf, OUT_S(r))
ROW(char *, canonicalize_file_name, (const char *path), (path), BLOCK, IN_S(path), false, )
ROW(char *, getcwd, (char *buf, size_t n), (buf, n), BLOCK, , r == buf, OUT_S(r))
ROW(char *, __getcwd_chk, (char *buf, size_t n, size_t room), (buf, n, room), BLOCK, , r == buf,
    OUT_S(r))
ROW(char *, tmpnam, (char buf[L_tmpnam]), (buf), BLOCK, , r == buf, OUT_S(r))
ROW(char *, tmpnam_r, (char buf[L_tmpnam]), (buf), BLOCK, , r, OUT_S(r))
ROW(char *, tempnam, (const char *dir, const char *prefix), (dir, prefix), BLOCK,
    IN_S(dir) IN_S(prefix), false, )

/* ---- directories. An entry is libc's, in a buffer of its stream. ---- */

ROW(DIR *, opendir, (const char *path), (path), BLOCK, IN_S(path), r,
    SEEN_PATH() NEW_FD(dirfd(r), FILE))
ROW(DIR *, fdopendir, (int fd), (fd), BLOCK, USE_FD(fd), false, )
ROW(int, closedir, (DIR *d), (d), BLOCK, WHEN(d, DO(rt_fd_close(t, pc, dirfd(d)))), false, )
ROW(struct dirent *, readdir, (DIR *d), (d), BLOCK, WHEN(d, USE_FD(dirfd(d))), r,
    OUT(r, r->d_reclen))
ROW(struct dirent64 *, readdir64, (DIR *d), (d), BLOCK, WHEN(d, USE_FD(dirfd(d))), r,
    OUT(r, r->d_reclen))
ROW(int, readdir_r, (DIR *d, struct dirent *e, struct dirent **result), (d, e, result), BLOCK,
    WHEN(d, USE_FD(dirfd(d))), r == 0, PUT(result) WHEN(*result, OUT(*result, (*result)->d_reclen)))
ROW(int, readdir64_r, (DIR *d, struct dirent64 *e, struct dirent64 **result), (d, e, result),
    BLOCK, WHEN(d, USE_FD(dirfd(d))), r == 0,
    PUT(result) WHEN(*result, OUT(*result, (*result)->d_reclen)))
/* Filter and order are the program's functions; the list comes from malloc. */
ROW(int, scandir,
    (const char *path, struct dirent ***list, int (*filter)(const struct dirent *),
     int (*order)(const struct dirent **, const struct dirent **)),
    (path, list, filter, order), BLOCK, IN_S(path), r >= 0, SEEN_PATH() PUT(list))
ROW(int, scandir64,
    (const char *path, struct dirent64 ***list, int (*filter)(const struct dirent64 *),
     int (*order)(const struct dirent64 **, const struct dirent64 **)),
    (path, list, filter, order), BLOCK, IN_S(path), r >= 0, SEEN_PATH() PUT(list))

/* ---- extended attributes: with size 0 only the length is asked ---- */

ROW(ssize_t, getxattr, (const char *path, const char *name, void *value, size_t n),
    (path, name, value, n), BLOCK, IN_S(path) IN_S(name), r > 0 && n > 0, OUT(value, r))
ROW(ssize_t, lgetxattr, (const char *path, const char *name, void *value, size_t n),
    (path, name, value, n), BLOCK, IN_S(path) IN_S(name), r > 0 && n > 0, OUT(value, r))
ROW(ssize_t, fgetxattr, (int fd, const char *name, void *value, size_t n), (fd, name, value, n),
    BLOCK, USE_FD(fd) IN_S(name), r > 0 && n > 0, OUT(value, r))
ROW(ssize_t, listxattr, (const char *path, char *list, size_t n), (path, list, n), BLOCK,
    IN_S(path), r > 0 && n > 0, OUT(list, r))
ROW(ssize_t, llistxattr, (const char *path, char *list, size_t n), (path, list, n), BLOCK,
    IN_S(path), r > 0 && n > 0, OUT(list, r))
ROW(ssize_t, flistxattr, (int fd, char *list, size_t n), (fd, list, n), BLOCK, USE_FD(fd),
    r > 0 && n > 0, OUT(list, r))

/* ---- mount table ---- */

ROW(struct mntent *, getmntent_r, (FILE *f, struct mntent *m, char *buf, int n), (f, m, buf, n),
    BLOCK, , r, PUT(m) OUT_S(m->mnt_fsname) OUT_S(m->mnt_dir) OUT_S(m->mnt_type) OUT_S(m->mnt_opts))
ROW(struct mntent *, getmntent, (FILE *f), (f), BLOCK, , true, STATIC(r))
