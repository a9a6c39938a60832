#include "cc_inline.h"
#include "cli.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- the lld of the compiler's version ---- */

/* The first line that a command prints, without its end; "" when there is none. */
static void first_line(const struct words *command, const char *option, char *line, size_t size)
{
    int ends[2];
    line[0] = '\0';
    if (pipe(ends))
        return;
    pid_t pid = fork();
    if (pid == 0) {
        struct words words = {0};
        words_add_all(&words, command);
        words_add(&words, option);
        dup2(ends[1], STDOUT_FILENO);
        close(ends[0]);
        close(ends[1]);
        execvp(words.at[0], (char *const *)words.at);
        _exit(127);
    }
    close(ends[1]);
    FILE *stream = fdopen(ends[0], "r");
    if (stream && fgets(line, (int)size, stream))
        line[strcspn(line, "\n")] = '\0';
    if (stream)
        fclose(stream);
    if (pid > 0)
        waitpid(pid, NULL, 0);
}

/* LLVM is installed as a whole: an lld in the directory of this very clang is its own. */
static bool linker_beside(const struct cc_compiler *compiler, char *path, size_t size)
{
    char found[PATH_MAX], real[PATH_MAX];
    const char *last = compiler->command.at[compiler->command.count - 1];
    if (!cli_find_program(last, found, sizeof found) || !realpath(found, real))
        return false;
    char *name = strrchr(real, '/') + 1;
    if (strncmp(name, "clang", 5) != 0) /* a wrapper */
        return false;
    name[-1] = '\0';
    return cli_find_program(cli_join(path, size, real, "ld.lld"), path, size);
}

/* "Debian LLD 19.1.7 (compatible ...)" */
static int major_of_linker(const char *path)
{
    struct words command = {0};
    char line[256];
    words_add(&command, path);
    first_line(&command, "--version", line, sizeof line);
    free(command.at);
    const char *number = strstr(line, "LLD ");
    return number ? atoi(number + 4) : 0;
}

/* Otherwise the one that clang would take, or one with the version in its name, if it is that. */
static bool linker_of_version(const struct cc_compiler *compiler, int major, char *path,
                              size_t size)
{
    char name[PATH_MAX];
    first_line(&compiler->command, "-print-prog-name=ld.lld", name, sizeof name);
    if (cli_find_program(name, path, size) && major_of_linker(path) == major)
        return true;
    snprintf(name, sizeof name, "ld.lld-%d", major);
    return cli_find_program(name, path, size) && major_of_linker(path) == major;
}

static const char *find_linker(const struct cc_compiler *compiler, const char *verb)
{
    static char path[PATH_MAX];
    char version[64];
    if (linker_beside(compiler, path, sizeof path))
        return path;
    first_line(&compiler->command, "-dumpversion", version, sizeof version);
    int major = atoi(version);
    if (linker_of_version(compiler, major, path, sizeof path))
        return path;
    cli_error(verb, "--inline needs the ld.lld of LLVM %d (package lld-%d); calling the runtime",
              major, major);
    return NULL;
}

/* ---- the object with the hooks ---- */

static void hooks_command(struct words *command, const struct cc_compiler *compiler,
                          const char *lto, const char *source, const char *object)
{
    static const char *const options[] = {"-x",    "c",  "-std=gnu17", "-O2",
                                          "-fPIE", "-w", "-c",         NULL};
    words_add_all(command, &compiler->command);
    for (const char *const *option = options; *option; option++)
        words_add(command, *option);
    words_add(command, lto);
    words_add(command, source);
    words_add(command, "-o");
    words_add(command, object);
}

/* Into memory, under a name that the linker can open as long as the descriptor lives: through
 * exec, into its children. */
static const char *compile_hooks(const struct words *command)
{
    static char name[64];
    int file = memfd_create("libreprise-inline.o", 0), status = -1;
    if (file < 0)
        return NULL;
    pid_t pid = fork();
    if (pid == 0) {
        dup2(file, STDOUT_FILENO);
        execv(command->at[0], (char *const *)command->at);
        _exit(127);
    }
    if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0 ||
        lseek(file, 0, SEEK_END) == 0) {
        close(file);
        return NULL;
    }
    snprintf(name, sizeof name, "/proc/self/fd/%d", file);
    return name;
}

static const char *make_hooks(const struct cc_compiler *compiler, const struct cc_scan *scan,
                              const char *lto, const char *verb, const char *runtime)
{
    static char source[PATH_MAX], object[PATH_MAX];
    struct words command = {0};
    if (access(cli_join(source, sizeof source, runtime, "libreprise-inline.c"), R_OK)) {
        cli_error(verb, "--inline: %s is missing; calling the runtime", source);
        return NULL;
    }
    if (scan->print_command) {
        const char *directory = getenv("TMPDIR");
        cli_join(object, sizeof object, directory && *directory ? directory : "/tmp",
                 "libreprise-inline.o");
        hooks_command(&command, compiler, lto, source, object);
        words_print(&command);
        return object;
    }
    hooks_command(&command, compiler, lto, source, "-");
    const char *made = compile_hooks(&command);
    if (!made)
        cli_error(verb, "--inline: %s cannot compile %s; calling the runtime",
                  compiler->command.at[0], source);
    return made;
}

/* ---- the plan ---- */

/* Why nothing can be inlined at all, NULL when it can. */
static const char *obstacle(const struct cc_compiler *compiler, const struct cc_scan *scan)
{
    if (compiler->kind != CC_CLANG)
        return "gcc does not inline the runtime; use clang";
    if (scan->lto && strcmp(scan->lto, "-fno-lto") == 0)
        return "there is no inlining with -fno-lto";
    if (scan->linker && !strstr(scan->linker, "lld"))
        return "only lld can inline the runtime";
    return NULL;
}

/* Why this link can't, though its objects may be bitcode. */
static const char *link_obstacle(const struct cc_scan *scan)
{
    if (scan->shared)
        return "the runtime is inlined into executables only, not into a shared library";
    if (scan->shared_runtime)
        return "a shared runtime is not inlined";
    return NULL;
}

void cc_inline_plan(struct cc_inline *plan, const struct cc_compiler *compiler,
                    const struct cc_scan *scan, const char *verb, const char *runtime)
{
    bool link = cc_links(scan), object = scan->sources > 0 && scan->stops && !scan->text;
    *plan = (struct cc_inline){0};
    if (!scan->inlined || scan->internal || !scan->inputs || !(link || object) ||
        (scan->sanitize_set && !scan->sanitize))
        return;
    const char *why = obstacle(compiler, scan);
    if (why) {
        cli_error(verb, "--inline: %s; calling the runtime", why);
        return;
    }
    const char *linker = find_linker(compiler, verb);
    if (!linker)
        return;
    plan->add_lto = !scan->lto;
    plan->lto = scan->lto ? scan->lto : "-flto=full";
    if (!link)
        return;
    plan->linker = linker;
    why = link_obstacle(scan);
    if (why)
        cli_error(verb, "--inline: %s; calling the runtime", why);
    else
        plan->hooks = make_hooks(compiler, scan, plan->lto, verb, runtime);
}

void cc_inline_add(struct words *command, const struct cc_inline *plan)
{
    /* A function tells where it was called from by its return address. One that is inlined after
     * instrumentation would tell its caller's, so the linker inlines nothing but the hooks. */
    static const char *const none[] = {"-inline-threshold", "-inlinehint-threshold",
                                       "-hot-callsite-threshold", "-locally-hot-callsite-threshold",
                                       NULL};
    if (plan->add_lto)
        words_add(command, plan->lto);
    if (!plan->linker)
        return;
    words_addf(command, "--ld-path=%s", plan->linker);
    for (const char *const *option = none; *option; option++)
        words_addf(command, "-Wl,-mllvm,%s=-1000000", *option);
    if (plan->hooks)
        words_add(command, plan->hooks);
}
