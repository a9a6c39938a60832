#include "run_sidecar.h"
#include "cli.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Opened here and now, so that a bad place is noticed before the program runs. */
static int touch(const char *path, off_t *size)
{
    struct stat status;
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (fd < 0)
        return -errno;
    int error = fstat(fd, &status) == 0 ? 0 : -errno;
    *size = S_ISREG(status.st_mode) ? status.st_size : 0;
    close(fd);
    return error;
}

static bool set_path(struct run_sidecar *sidecar, const char *path)
{
    char here[PATH_MAX];
    int length;
    snprintf(sidecar->shown, sizeof sidecar->shown, "%s", path);
    if (path[0] == '/')
        length = snprintf(sidecar->path, sizeof sidecar->path, "%s", path);
    else if (getcwd(here, sizeof here))
        length = snprintf(sidecar->path, sizeof sidecar->path, "%s/%s", here, path);
    else
        return false;
    return length > 0 && (size_t)length < sizeof sidecar->path;
}

/* Findings are nobody's source code. */
static void ignore_in_git(const char *directory)
{
    char path[PATH_MAX];
    int fd = open(cli_join(path, sizeof path, directory, ".gitignore"),
                  O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd >= 0 && write(fd, "*\n", 2) != 2)
        unlink(path);
    if (fd >= 0)
        close(fd);
}

static bool open_in(struct run_sidecar *sidecar, const char *directory, mode_t mode)
{
    char name[PATH_MAX], stamp[32];
    time_t now = time(NULL);
    struct tm local;
    if (mkdir(directory, mode) == 0)
        ignore_in_git(directory);
    strftime(stamp, sizeof stamp, "%Y%m%d-%H%M%S", localtime_r(&now, &local));
    snprintf(name, sizeof name, "%s/run-%s-%ld.jsonl", directory, stamp, (long)getpid());
    sidecar->ours = true;
    return set_path(sidecar, name) && touch(sidecar->path, &sidecar->start) == 0;
}

int run_sidecar_open(struct run_sidecar *sidecar, const char *wanted)
{
    char temporary[PATH_MAX];
    const char *root = getenv("TMPDIR");
    *sidecar = (struct run_sidecar){0};
    if (wanted) {
        int error = set_path(sidecar, wanted) ? touch(sidecar->path, &sidecar->start) : -EINVAL;
        if (error)
            cli_error("run", "cannot write %s: %s", wanted, strerror(-error));
        return error ? CLI_FAILURE : 0;
    }
    if (open_in(sidecar, ".reprise", 0777))
        return 0;
    snprintf(temporary, sizeof temporary, "%s/reprise-%ld", root && *root ? root : "/tmp",
             (long)getuid());
    if (!open_in(sidecar, temporary, 0700)) {
        cli_error("run", "cannot write .reprise/ nor %s/; findings are not kept", temporary);
        *sidecar = (struct run_sidecar){0};
    }
    return 0;
}

void run_sidecar_drop(const struct run_sidecar *sidecar)
{
    char directory[PATH_MAX], ignore[PATH_MAX + 16];
    if (!sidecar->ours)
        return;
    unlink(sidecar->path);
    snprintf(directory, sizeof directory, "%s", sidecar->path);
    *strrchr(directory, '/') = '\0';
    /* .gitignore goes only if nothing else is left: put it back when rmdir() refuses. */
    if (unlink(cli_join(ignore, sizeof ignore, directory, ".gitignore")) == 0 &&
        rmdir(directory) != 0)
        ignore_in_git(directory);
}
