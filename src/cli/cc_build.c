#include "cc_build.h"
#include "cli.h"

#include <limits.h>
#include <stdio.h>
#include <unistd.h>

static bool has_file(const char *directory, const char *name)
{
    char path[PATH_MAX];
    return access(cli_join(path, sizeof path, directory, name), R_OK) == 0;
}

/* Whether a fully static executable is linked. */
static bool all_static(const struct cc_scan *scan)
{
    return scan->is_static && !scan->shared && cc_links(scan);
}

/* Instrumentation. Options that a compiler calls unused are left out where nothing is
 * compiled, because configure scripts take any warning for a failure. */
static void add_compile_options(struct words *command, enum cc_kind kind,
                                const struct cc_scan *scan, const char *runtime)
{
    bool compiles = scan->sources + scan->headers > 0;
    if (kind == CC_GCC && all_static(scan)) /* gcc refuses -fsanitize=thread there */
        words_addf(command, "-specs=%s/static/gcc.specs", runtime);
    else if ((compiles || kind == CC_GCC) && !scan->sanitize_set)
        words_add(command, "-fsanitize=thread");
    if (!compiles)
        return;
    if (!scan->debug_set)
        words_add(command, "-g1"); /* reports want lines; what was asked with -g stays */
    if (kind == CC_CLANG)
        words_add(command, "-mprefer-vector-width=128"); /* wider accesses go unseen */
    else
        words_add(command, "-Wno-tsan"); /* gcc warns about fences; this runtime knows them */
}

/* <reprise/reprise.h>: of the build tree, or of an installation, whose libdir may be two deep.
 * Last in the search, so that it moves nothing else. */
static void add_include(struct words *command, const char *runtime)
{
    static const char *const places[] = {"include", "../../include", "../../../include"};
    char header[PATH_MAX];
    for (size_t i = 0; *runtime && i < sizeof places / sizeof *places; i++) {
        snprintf(header, sizeof header, "%s/reprise/reprise.h", places[i]);
        if (!has_file(runtime, header))
            continue;
        words_add(command, "-idirafter");
        words_addf(command, "%s/%s", runtime, places[i]);
        return;
    }
}

static void add_linker_option(struct words *command, const char *option)
{
    words_add(command, "-Xlinker");
    words_add(command, option);
}

/* gcc brings the object itself, unless it was told to bring nothing. */
static void add_preinit(struct words *command, const struct cc_scan *scan, enum cc_kind kind,
                        const char *runtime)
{
    if ((kind == CC_CLANG || scan->no_default_libs) && has_file(runtime, "gcc/libtsan_preinit.o"))
        words_addf(command, "%s/gcc/libtsan_preinit.o", runtime);
}

static void add_archive(struct words *command, const char *runtime, const char *below)
{
    words_add(command, "-Wl,--whole-archive");
    words_addf(command, "%s%s/libreprise.a", runtime, below);
    words_add(command, "-Wl,--no-whole-archive");
}

/* For a program without shared libraries. Its -lc is ours, where calls between the functions of
 * the C library don't lead to the runtime. */
static void add_all_static(struct words *command, const char *runtime)
{
    words_addf(command, "%s/gcc/libtsan_preinit.o", runtime);
    words_addf(command, "-L%s/static", runtime);
    add_archive(command, runtime, "/static");
}

/* -Xlinker and not -Wl, for paths: a directory may have a comma in its name. */
static void add_static_runtime(struct words *command, const struct cc_scan *scan, enum cc_kind kind,
                               const char *runtime)
{
    add_preinit(command, scan, kind, runtime);
    add_archive(command, runtime, "");
    if (has_file(runtime, "libreprise.syms")) {
        words_add(command, "-Xlinker");
        words_addf(command, "--dynamic-list=%s/libreprise.syms", runtime);
    } else {
        add_linker_option(command, "--export-dynamic");
    }
}

static void add_rpath(struct words *command, const char *runtime, const char *below)
{
    add_linker_option(command, "-rpath");
    words_add(command, "-Xlinker");
    words_addf(command, "%s%s", runtime, below);
}

static void add_shared_runtime(struct words *command, const struct cc_scan *scan, enum cc_kind kind,
                               const char *runtime)
{
    if (kind == CC_GCC && !scan->no_default_libs) {
        words_addf(command, "-B%s/gcc", runtime);
        add_rpath(command, runtime, "/gcc");
        return;
    }
    add_preinit(command, scan, kind, runtime);
    words_addf(command, "%s/libreprise.so", runtime);
    add_rpath(command, runtime, "");
}

/* Before the user's words. Shared libraries get no runtime: theirs is the executable's. */
static void add_link_options(struct words *command, const struct cc_scan *scan, enum cc_kind kind,
                             const char *runtime)
{
    if (kind == CC_CLANG)
        words_add(command, "-fno-sanitize-link-runtime");
    else if ((scan->shared || !scan->shared_runtime) && !all_static(scan))
        words_addf(command, "-B%s/gcc/none", runtime);
    if (scan->shared)
        return;
    if (all_static(scan))
        add_all_static(command, runtime);
    else if (scan->shared_runtime)
        add_shared_runtime(command, scan, kind, runtime);
    else
        add_static_runtime(command, scan, kind, runtime);
}

/* After the user's words. */
static void add_link_libraries(struct words *command, const struct cc_scan *scan)
{
    if (scan->shared) {
        if (scan->forbids_undefined) /* the hooks are defined in the executable */
            words_add(command, "-Wl,-z,undefs");
        return;
    }
    /* In the C library since glibc 2.34, hence only as needed. */
    if (!scan->shared_runtime)
        words_add(command, "-Wl,--push-state,--as-needed,-lpthread,-ldl,-lrt,--pop-state");
}

static int check_link(const struct cc_scan *scan, const char *verb, const char *runtime)
{
    if (all_static(scan) && scan->shared_runtime) {
        cli_error(verb, "a fully static executable (-static) has no shared runtime; "
                        "leave --shared-runtime out");
        return CLI_USAGE;
    }
    if (!*runtime) {
        cli_error(verb, "no runtime (libreprise.a) beside %s; build or install it first",
                  cli_self());
        return CLI_FAILURE;
    }
    const char *needed = all_static(scan)       ? "static/libreprise.a"
                         : scan->shared_runtime ? "libreprise.so"
                                                : "libreprise.a";
    if (!scan->shared && !has_file(runtime, needed)) {
        cli_error(verb, "%s/%s is missing; build or install it first%s", runtime, needed,
                  all_static(scan) ? ", where the C library has a libc.a" : "");
        return CLI_FAILURE;
    }
    return 0;
}

int cc_build(struct words *command, const struct cc_compiler *compiler, const struct cc_scan *scan,
             const struct cc_inline *inlined, const char *verb, const char *runtime)
{
    bool instrument = scan->inputs && !scan->internal && (!scan->sanitize_set || scan->sanitize);
    bool link = instrument && cc_links(scan);
    int status = link ? check_link(scan, verb, runtime) : 0;
    if (status)
        return status;
    words_add_all(command, &compiler->command);
    if (instrument)
        add_compile_options(command, compiler->kind, scan, runtime);
    cc_inline_add(command, inlined);
    if (link)
        add_link_options(command, scan, compiler->kind, runtime);
    words_add_all(command, &scan->user);
    if (!scan->internal && scan->sources + scan->headers > 0)
        add_include(command, runtime);
    if (link)
        add_link_libraries(command, scan);
    return 0;
}
