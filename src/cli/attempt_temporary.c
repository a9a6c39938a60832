#include "attempt.h"
#include "cli.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static char directory[PATH_MAX];
static pid_t owner;

static void remove_ours(void)
{
    if (owner == getpid())
        cli_remove_directory(directory);
}

/* Its lock is held as long as the process lives, whatever kills it. */
static bool lock(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
        return true;
    if (fd >= 0)
        close(fd);
    return false;
}

/* Somebody may be between making his directory and locking it: very young ones stay. */
static void remove_if_stale(const char *path)
{
    struct stat status;
    if (lstat(path, &status) == 0 && S_ISDIR(status.st_mode) && status.st_uid == geteuid() &&
        status.st_mtime < time(NULL) - 60 && lock(path))
        cli_remove_directory(path);
}

static void remove_stale(const char *root)
{
    char name[PATH_MAX * 2];
    DIR *dir = opendir(root);
    for (struct dirent *entry; dir && (entry = readdir(dir));)
        if (strncmp(entry->d_name, "reprise-tmp-", 12) == 0)
            remove_if_stale(cli_join(name, sizeof name, root, entry->d_name));
    if (dir)
        closedir(dir);
}

static bool has_room(const char *path)
{
    static const char zeros[65536];
    char name[PATH_MAX + 8];
    int fd = open(cli_join(name, sizeof name, path, "room"), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    bool has = fd >= 0 && write(fd, zeros, sizeof zeros) == (ssize_t)sizeof zeros;
    if (fd >= 0)
        close(fd);
    unlink(name);
    return has;
}

static bool make_in(const char *root)
{
    if (!root || !*root)
        return false;
    int length = snprintf(directory, sizeof directory, "%s/reprise-tmp-XXXXXX", root);
    if (root[0] != '/') { /* the program may change directory */
        char here[PATH_MAX];
        if (!getcwd(here, sizeof here))
            return false;
        length = snprintf(directory, sizeof directory, "%s/%s/reprise-tmp-XXXXXX", here, root);
    }
    if (length < 0 || (size_t)length >= sizeof directory)
        return false;
    remove_stale(root);
    if (!mkdtemp(directory))
        return false;
    owner = getpid();
    if (lock(directory) && has_room(directory))
        return true;
    remove_ours();
    return false;
}

const char *attempt_temporary(void)
{
    if (!directory[0] || owner != getpid()) {
        if (!make_in(getenv("TMPDIR")) && !make_in("/tmp") && !make_in("/dev/shm")) {
            directory[0] = '\0';
            return NULL;
        }
        atexit(remove_ours);
    }
    return directory;
}
