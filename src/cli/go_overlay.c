/* The place of the overlay: the cache, or a temporary directory where that cannot be written. */
#include "go_overlay.h"
#include "attempt.h"
#include "cli.h"
#include "core/inject.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { GENERATIONS = 100, UNUSED_DAYS = 30 };

/* ---- signals ---- */

static volatile sig_atomic_t interrupted;

static void note_signal(int signal)
{
    interrupted = signal;
}

/* What is half done is cleaned up first. A signal that is ignored stays so. */
static void watch_signals(void)
{
    static const int signals[] = {SIGHUP, SIGINT, SIGTERM};
    struct sigaction old, action = {.sa_handler = note_signal};
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        sigaction(signals[i], NULL, &old);
        if (old.sa_handler != SIG_IGN)
            sigaction(signals[i], &action, NULL);
    }
}

/* ---- directories ---- */

static void make_directories(char *path)
{
    for (char *slash = path + 1; (slash = strchr(slash, '/')); slash++) {
        *slash = '\0';
        mkdir(path, 0777);
        *slash = '/';
    }
    mkdir(path, 0777);
}

/* Where the cache is, absolute; false: nowhere. */
static bool find_cache(char *path, size_t size)
{
    const char *ours = getenv("REPRISE_GO_CACHE"), *caches = getenv("XDG_CACHE_HOME"),
               *home = getenv("HOME");
    char here[PATH_MAX] = "";
    if (ours && *ours) {
        bool relative = ours[0] != '/';
        if (relative && !getcwd(here, sizeof here))
            return false;
        snprintf(path, size, "%s%s%s", here, relative ? "/" : "", ours);
    } else if (caches && caches[0] == '/') {
        snprintf(path, size, "%s/reprise/go", caches);
    } else if (home && home[0] == '/') {
        snprintf(path, size, "%s/.cache/reprise/go", home);
    } else {
        return false;
    }
    return true;
}

/* Overlays of other versions of Go and of reprise stay for a while; so do those that somebody began
 * to make and never finished. */
static void remove_unused(const char *cache)
{
    char name[PATH_MAX * 2];
    struct stat status;
    time_t limit = time(NULL) - (time_t)UNUSED_DAYS * 24 * 60 * 60;
    DIR *dir = opendir(cache);
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        cli_join(name, sizeof name, cache, entry->d_name);
        bool ours = strncmp(entry->d_name, "go", 2) == 0 || strncmp(entry->d_name, "new-", 4) == 0;
        if (ours && lstat(name, &status) == 0 && S_ISDIR(status.st_mode) && status.st_mtime < limit)
            cli_remove_directory(name);
    }
    if (dir)
        closedir(dir);
}

/* ---- in the cache ---- */

/* "go1.26.8-1f2e3d4c5b6a7988", and "-2" and so on behind it where the first have gone stale. */
static void name_directory(char *path, size_t size, const char *cache, const struct go_parts *parts,
                           const struct go_tool *tool, int generation)
{
    char version[33], number[16] = "";
    snprintf(version, sizeof version, "%s", tool->version);
    for (char *c = version; *c; c++)
        if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-", *c))
            *c = '_';
    if (generation > 1)
        snprintf(number, sizeof number, "-%d", generation);
    snprintf(path, size, "%s/%s%s-%016llx%s", cache, strncmp(version, "go", 2) ? "go-" : "",
             version, (unsigned long long)parts->hash, number);
}

/* The first that is of use (then true), or else the first name that is free. */
static bool look_up(char *path, size_t size, const char *cache, const struct go_parts *parts,
                    const struct go_tool *tool)
{
    for (int generation = 1; generation <= GENERATIONS; generation++) {
        name_directory(path, size, cache, parts, tool, generation);
        if (go_overlay_fresh(path)) {
            utimensat(AT_FDCWD, path, NULL, 0); /* remove_unused() looks at the time */
            return true;
        }
        if (access(path, F_OK) != 0)
            break;
    }
    return false;
}

static int use(struct go_place *place, const char *directory)
{
    cli_join(place->overlay, sizeof place->overlay, directory, "overlay.json");
    return 0;
}

static int make_temporary(struct go_place *place, const struct go_parts *parts,
                          const struct go_tool *tool)
{
    const char *directory = attempt_temporary();
    if (!directory) {
        cli_error("go", "no place for temporary files; TMPDIR names one");
        return CLI_FAILURE;
    }
    int status = go_overlay_fill(parts, tool, directory, directory);
    return status ? status : use(place, directory);
}

/* Under its final name it comes to stand at once and whole. When another process was faster, its
 * work is as good as ours. */
static int make_in(struct go_place *place, const char *directory, char *new,
                   const struct go_parts *parts, const struct go_tool *tool)
{
    int status = go_overlay_fill(parts, tool, new, directory);
    if (!status && interrupted)
        status = 128 + interrupted;
    if (!status && rename(new, directory) == 0)
        return use(place, directory);
    if (!status && !go_overlay_fresh(directory)) {
        cli_error("go", "%s: %s", directory, strerror(errno));
        status = CLI_FAILURE;
    }
    cli_remove_directory(new);
    return status ? status : use(place, directory);
}

static int find_or_make(struct go_place *place, const struct go_parts *parts,
                        const struct go_tool *tool)
{
    char cache[PATH_MAX - 128], directory[PATH_MAX], new[PATH_MAX];
    if (!find_cache(cache, sizeof cache)) {
        cli_error("go", "no cache without HOME and REPRISE_GO_CACHE; using a temporary directory");
        return make_temporary(place, parts, tool);
    }
    if (look_up(directory, sizeof directory, cache, parts, tool))
        return use(place, directory);
    make_directories(cache);
    snprintf(new, sizeof new, "%s/new-XXXXXX", cache);
    if (!mkdtemp(new)) {
        cli_error("go", "cannot write to the cache %s: %s; using a temporary directory", cache,
                  strerror(errno));
        return make_temporary(place, parts, tool);
    }
    remove_unused(cache);
    chmod(new, 0755);
    return make_in(place, directory, new, parts, tool);
}

/* Edits that don't fit, because somebody has changed his Go: without them there are only no seeds.
 */
static int make(struct go_place *place, struct go_parts *parts, const struct go_tool *tool,
                const struct go_command *command)
{
    int status = find_or_make(place, parts, tool);
    if (status != GO_OVERLAY_UNFIT)
        return status;
    if (command->seed || command->strategy || command->hunt)
        return CLI_FAILURE;
    cli_error("go", "so races are found, but there are no seeds");
    parts->edits[0] = '\0';
    parts->hash = core_fnv_number(parts->hash, 0);
    return find_or_make(place, parts, tool);
}

int go_place_make(struct go_place *place, const struct go_tool *tool,
                  const struct go_command *command)
{
    struct go_parts parts;
    watch_signals();
    int status = go_parts_find(&parts, tool);
    if (!status)
        status = make(place, &parts, tool, command);
    if (!status)
        status = go_merge(place, tool, command);
    return interrupted ? 128 + interrupted : status;
}
