#include "cli.h"

#include <dirent.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char *cli_self(void)
{
    static char path[PATH_MAX];
    if (!path[0]) {
        ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
        if (length <= 0)
            return "reprise";
        path[length] = '\0';
    }
    return path;
}

char *cli_join(char *buffer, size_t size, const char *directory, const char *name)
{
    snprintf(buffer, size, "%s/%s", directory, name);
    return buffer;
}

static bool has_runtime(const char *directory)
{
    char path[PATH_MAX + 32];
    return access(cli_join(path, sizeof path, directory, "libreprise.a"), R_OK) == 0;
}

static void directory_of(char *path)
{
    char *slash = strrchr(path, '/');
    if (slash)
        *slash = '\0';
}

const char *cli_runtime_dir(void)
{
    static char found[PATH_MAX];
    static bool looked;
    char beside[PATH_MAX], installed[PATH_MAX + sizeof REPRISE_RUNTIME_RELDIR + 1];
    if (looked)
        return found;
    looked = true;
    snprintf(beside, sizeof beside, "%s", cli_self());
    directory_of(beside);
    cli_join(installed, sizeof installed, beside, REPRISE_RUNTIME_RELDIR);
    if (has_runtime(beside))
        snprintf(found, sizeof found, "%s", beside);
    else if (!has_runtime(installed) || !realpath(installed, found))
        found[0] = '\0';
    return found;
}

static bool is_program(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISREG(status.st_mode) && access(path, X_OK) == 0;
}

bool cli_find_program(const char *name, char *path, size_t size)
{
    if (strchr(name, '/')) {
        snprintf(path, size, "%s", name);
        return is_program(path);
    }
    const char *at = getenv("PATH");
    for (at = at ? at : "/usr/local/bin:/usr/bin:/bin"; *name; at++) {
        size_t length = strcspn(at, ":");
        snprintf(path, size, "%.*s/%s", length ? (int)length : 1, length ? at : ".", name);
        if (is_program(path))
            return true;
        at += length;
        if (!*at)
            break;
    }
    return false;
}

void cli_remove_directory(const char *path)
{
    char name[PATH_MAX * 2];
    DIR *dir = opendir(path);
    for (struct dirent *entry; dir && (entry = readdir(dir));)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            unlink(cli_join(name, sizeof name, path, entry->d_name));
    if (dir)
        closedir(dir);
    rmdir(path);
}
