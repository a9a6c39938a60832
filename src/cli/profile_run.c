#include "profile_run.h"
#include "attempt.h"
#include "cli.h"
#include "core/strategy.h"
#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool profile_wanted(const char *strategy)
{
    return strategy && strncmp(strategy, "surw", 4) == 0 && (!strategy[4] || strategy[4] == ':');
}

/* ---- the name ---- */

/* FNV-1a-64, as seeds have it, over anything. */
static uint64_t mix(uint64_t hash, const void *data, size_t bytes)
{
    for (const unsigned char *at = data; bytes--; at++)
        hash = (hash ^ *at) * 0x100000001b3u;
    return hash;
}

static uint64_t mix_text(uint64_t hash, const char *text)
{
    return mix(hash, text, strlen(text) + 1);
}

/* A program without a build id, a script for one, is known by what is in its file. */
static uint64_t mix_program(uint64_t hash, const struct target *target)
{
    char buffer[65536];
    ssize_t length;
    if (target->info.build_id_bytes)
        return mix(hash, target->info.build_id, target->info.build_id_bytes);
    int fd = open(target->path, O_RDONLY | O_CLOEXEC);
    while (fd >= 0 && (length = read(fd, buffer, sizeof buffer)) > 0)
        hash = mix(hash, buffer, (size_t)length);
    if (fd >= 0)
        close(fd);
    return hash;
}

static void make_name(char name[64], const struct target *target, const struct words *settings)
{
    uint64_t program = mix_program(0xcbf29ce484222325u, target), way = 0xcbf29ce484222325u;
    for (char **word = target->argv; *word; word++)
        way = mix_text(way, *word);
    for (size_t i = 0; settings && i < settings->count; i++)
        way = mix_text(way, settings->at[i]);
    snprintf(name, 64, "profile-%016" PRIx64 "-%016" PRIx64, program, way);
}

/* ---- the run ---- */

static int make(const struct target *target, const struct words *settings, double limit_s,
                const char *path)
{
    char unfinished[PATH_MAX + 8];
    struct attempt_outcome outcome;
    snprintf(unfinished, sizeof unfinished, "%s.%ld", path, (long)getpid());
    struct attempt attempt = {.target = target,
                              .settings = settings,
                              .strategy = "rr",
                              .profile_out = unfinished,
                              .limit_s = limit_s,
                              .input = ATTEMPT_DISCARD,
                              .output = ATTEMPT_DISCARD,
                              .errors = ATTEMPT_DISCARD};
    int error = attempt_run(&attempt, &outcome);
    if (!error && (outcome.interrupted || outcome.timed_out))
        error = outcome.interrupted ? -EINTR : -ETIMEDOUT;
    struct stat status;
    if (!error && (stat(unfinished, &status) != 0 || !status.st_size))
        error = -ENODATA;
    if (!error && rename(unfinished, path) != 0)
        error = -errno;
    if (error)
        unlink(unfinished);
    attempt_outcome_free(&outcome);
    return error;
}

int profile_make(const struct target *target, const struct words *settings, double limit_s,
                 char *path, size_t size)
{
    char here[PATH_MAX], name[64];
    make_name(name, target, settings);
    if (getcwd(here, sizeof here)) {
        /* absolute: the program may change directory */
        snprintf(path, size, "%s/" STORE_DIRECTORY "/%s", here, name);
        if (access(path, R_OK) == 0)
            return 0;
        store_make_directory(STORE_DIRECTORY);
        if (access(STORE_DIRECTORY, W_OK) == 0)
            return make(target, settings, limit_s, path);
    }
    if (!attempt_temporary())
        return -ENOSPC;
    cli_join(path, size, attempt_temporary(), name);
    return access(path, R_OK) == 0 ? 0 : make(target, settings, limit_s, path);
}
