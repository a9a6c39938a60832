#include "target.h"
#include "cli.h"
#include "seed.h"
#include "wire/sidecar.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

/* ---- the program ---- */

static int cannot_find(const struct target *target)
{
    struct stat status;
    const char *name = target->argv[0];
    bool exists = stat(target->path, &status) == 0; /* the last place looked at */
    if (!exists)
        cli_error(target->who, "%s: not found", name);
    else if (S_ISDIR(status.st_mode))
        cli_error(target->who, "%s: is a directory", name);
    else
        cli_error(target->who, "%s: %s", name, strerror(EACCES));
    return exists ? CLI_CANNOT_EXEC : CLI_NOT_FOUND;
}

/* The loader preloads nothing into a program that runs with more rights than who starts it. */
static bool gains_rights(const char *path)
{
    struct stat status;
    if (stat(path, &status) != 0)
        return false;
    if ((status.st_mode & S_ISUID) && status.st_uid != geteuid())
        return true;
    if ((status.st_mode & S_ISGID) && (status.st_mode & S_IXGRP) && status.st_gid != getegid())
        return true;
    return geteuid() != 0 && getxattr(path, "security.capability", NULL, 0) > 0;
}

static const char *preloaded(char *buffer, size_t size)
{
    return cli_join(buffer, size, cli_runtime_dir(), "libreprise.so");
}

/* Why the runtime cannot be preloaded, or NULL. */
static const char *obstacle(const struct target *target)
{
    char runtime[PATH_MAX + 16];
    if (target->info.foreign)
        return "is for another kind of machine";
    if (target->info.is_static)
        return "is static and has no runtime in it";
    if (gains_rights(target->path))
        return "runs with rights of its own and has no runtime in it";
    preloaded(runtime, sizeof runtime);
    if (access(runtime, R_OK) != 0)
        return "has no runtime in it, and libreprise.so is not installed";
    if (strpbrk(runtime, " :"))
        return "has no runtime in it, and the path of libreprise.so has a space or colon in it";
    return NULL;
}

static int plan_preload(struct target *target)
{
    const char *reason = obstacle(target);
    if (reason) {
        cli_error(target->who,
                  "%s %s, so a seed cannot decide its schedule; build it with "
                  "reprise cc",
                  target->argv[0], reason);
        return CLI_FAILURE;
    }
    target->preload = true;
    if (!target->quiet)
        cli_error(target->who,
                  "%s is not instrumented: its libc calls are the schedule points, and "
                  "races in its memory are not seen",
                  target->argv[0]);
    return 0;
}

/* ---- Go ---- */

static int prepare_go(const struct target *target)
{
    const char *lack =
        target->info.stock_race ? "with Go's own race runtime in it" : "without a race runtime";
    if (target->info.instrumented || (target->quiet && !target->seeded))
        return 0;
    cli_error(target->who, "%s is a Go program %s, so %s; build it with reprise go build",
              target->argv[0], lack,
              target->seeded ? "a seed cannot decide its schedule" : "nothing is recorded");
    return target->seeded ? CLI_FAILURE : 0;
}

/* What `go` is to do with programs; the rest of it is nobody's business here. */
static bool runs_programs(const char *verb)
{
    static const char *const verbs[] = {"build", "install", "run", "test"};
    for (size_t i = 0; verb && i < sizeof verbs / sizeof verbs[0]; i++)
        if (strcmp(verb, verbs[i]) == 0)
            return true;
    return false;
}

/* The runtime belongs into what go builds, not into go. */
static int refuse_go_command(const struct target *target)
{
    char *const *argv = target->argv;
    bool hunts = strcmp(target->who, "hunt") == 0;
    bool test = strcmp(argv[1], "test") == 0;
    const char *option = !test ? "" : hunts ? " --hunt" : target->seeded ? " --seed=SEED" : "";
    if (test || !target->seeded)
        fprintf(stderr, "reprise %s: go builds and runs the programs itself; type: reprise go %s%s",
                target->who, argv[1], option);
    else
        fprintf(stderr,
                "reprise %s: go builds the program itself; build it first, and %s that; type: "
                "reprise go build -o PROGRAM",
                target->who, target->who);
    for (argv += 2; *argv && (test || !target->seeded); argv++) {
        putc(' ', stderr);
        seed_print_word(stderr, *argv);
    }
    putc('\n', stderr);
    return CLI_USAGE;
}

static bool is_go_command(char *const *argv)
{
    const char *slash = strrchr(argv[0], '/');
    return strcmp(slash ? slash + 1 : argv[0], "go") == 0 && runs_programs(argv[1]);
}

/* ---- all of them ---- */

int target_prepare(struct target *target, char **argv)
{
    target->argv = argv;
    target->info = (struct elfinfo){0};
    target->preload = false;
    if (!cli_find_program(argv[0], target->path, sizeof target->path))
        return cannot_find(target);
    if (is_go_command(argv))
        return refuse_go_command(target);
    target->info = elfinfo_read(target->path);
    if (target->info.is_go)
        return prepare_go(target);
    if (!target->info.is_elf || target->info.instrumented)
        return 0;
    if (target->seeded)
        return plan_preload(target);
    if (!target->quiet)
        cli_error(target->who,
                  "%s is not instrumented, so races in its memory are not seen; build "
                  "it with reprise cc",
                  argv[0]);
    return 0;
}

int target_cannot_start(const struct target *target, int error)
{
    struct stat status;
    bool missing = error == ENOENT && stat(target->path, &status) != 0;
    cli_error(target->who, "%s: %s", target->argv[0], missing ? "not found" : strerror(error));
    return missing ? CLI_NOT_FOUND : CLI_CANNOT_EXEC;
}

/* ---- its environment ---- */

/* "NAME=a:b:c" of what is not empty. The caller frees it. */
static char *joined(const char *name, const char *const *parts, size_t count)
{
    size_t size = strlen(name) + 2;
    for (size_t i = 0; i < count; i++)
        size += parts[i] ? strlen(parts[i]) + 1 : 0;
    char *text = malloc(size);
    if (!text)
        abort();
    char *end = text + sprintf(text, "%s=", name), *start = end;
    for (size_t i = 0; i < count; i++)
        if (parts[i] && *parts[i])
            end += sprintf(end, "%s%s", end > start ? ":" : "", parts[i]);
    return text;
}

static bool same_name(const char *a, const char *b)
{
    size_t length = strcspn(a, "=");
    return strncmp(a, b, length) == 0 && b[length] == '=';
}

struct environment {
    char **at; /* each entry is owned; NULL at the end */
    size_t count;
};

/* Takes `entry`, in the place of one of the same name if there is any. */
static void put(struct environment *environment, char *entry)
{
    if (!entry)
        abort();
    for (size_t i = 0; i < environment->count; i++)
        if (same_name(entry, environment->at[i])) {
            free(environment->at[i]);
            environment->at[i] = entry;
            return;
        }
    environment->at[environment->count++] = entry;
}

static struct environment copy_environment(size_t more)
{
    struct environment copy = {0};
    size_t count = 0;
    while (environ[count])
        count++;
    copy.at = calloc(count + more + 1, sizeof *copy.at);
    if (!copy.at)
        abort();
    for (; copy.count < count; copy.count++)
        if (!(copy.at[copy.count] = strdup(environ[copy.count])))
            abort();
    return copy;
}

/* Ours go last: what is said on the command line wins over what was exported long ago. */
static void put_settings(struct environment *environment, const struct target *target,
                         const struct words *settings)
{
    const char *old = getenv(WIRE_ENV_OPTIONS);
    struct words all = {0};
    if (old)
        words_add(&all, old);
    if (settings)
        words_add_all(&all, settings);
    if (target->preload)
        words_add(&all, "instrumented=0");
    if (all.count)
        put(environment, joined(WIRE_ENV_OPTIONS, all.at, all.count));
    free(all.at);
}

/* A program that gcc linked against its own libtsan gets ours in its place. */
static void put_libraries(struct environment *environment, const struct target *target)
{
    char path[PATH_MAX + 16];
    if (target->info.wants_libtsan && *cli_runtime_dir()) {
        cli_join(path, sizeof path, cli_runtime_dir(), "gcc");
        put(environment,
            joined("LD_LIBRARY_PATH", (const char *[]){path, getenv("LD_LIBRARY_PATH")}, 2));
    }
    if (target->preload) {
        preloaded(path, sizeof path);
        put(environment, joined("LD_PRELOAD", (const char *[]){path, getenv("LD_PRELOAD")}, 2));
    }
}

char **target_environment(const struct target *target, const struct words *settings)
{
    struct environment environment = copy_environment(5);
    put_settings(&environment, target, settings);
    if (!getenv(WIRE_ENV_SYMBOLIZER))
        put(&environment, joined(WIRE_ENV_SYMBOLIZER, (const char *[]){cli_self()}, 1));
    put_libraries(&environment, target);
    if (target->directory)
        put(&environment, joined("PWD", &target->directory, 1));
    return environment.at;
}

void target_environment_free(char **environment)
{
    for (char **entry = environment; entry && *entry; entry++)
        free(*entry);
    free(environment);
}

/* ---- in the child ---- */

void target_enter_child(const struct target *target)
{
    int old = target->seeded && !target->aslr ? personality(0xffffffff) : -1;
    if (old != -1)
        personality((unsigned long)old | ADDR_NO_RANDOMIZE);
}

int target_exec(const struct target *target, char **environment)
{
    if (target->directory && chdir(target->directory) != 0)
        return -errno;
    execvpe(target->path, target->argv, environment);
    return -errno;
}
