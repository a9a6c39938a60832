/* `reprise cc` and `reprise c++`: compilers that instrument and link the runtime. */
#include "cc_build.h"
#include "cc_choose.h"
#include "cc_scan.h"
#include "cli.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { OPTION_WITH = 1, OPTION_INLINE, OPTION_PRINT_COMMAND, OPTION_SHARED_RUNTIME };

static int exec_command(const struct words *command, const char *verb)
{
    execv(command->at[0], (char *const *)command->at);
    cli_error(verb, "%s: %s", command->at[0], strerror(errno));
    return errno == ENOENT ? CLI_NOT_FOUND : CLI_CANNOT_EXEC;
}

static int compile(const struct cli_verb *verb, bool cxx, int argc, char **argv)
{
    struct cc_scan scan = {0};
    struct cc_compiler compiler = {0};
    struct cc_inline inlined = {0};
    struct words command = {0};
    cc_scan(&scan, argc, argv);
    if (scan.bad) {
        cli_error(verb->name, "%s needs a value", scan.bad);
        return CLI_USAGE;
    }
    if (scan.help && !scan.inputs && argc == 2) {
        cli_print_help(stdout, verb);
        return CLI_OK;
    }
    int status = cc_choose(&compiler, verb->name, cxx, scan.with);
    if (!status) {
        cc_inline_plan(&inlined, &compiler, &scan, verb->name, cli_runtime_dir());
        status = cc_build(&command, &compiler, &scan, &inlined, verb->name, cli_runtime_dir());
    }
    if (status)
        return status;
    if (scan.print_command) {
        words_print(&command);
        return CLI_OK;
    }
    return exec_command(&command, verb->name);
}

static int cc_main(int argc, char **argv)
{
    return compile(&cli_verb_cc, false, argc, argv);
}

static int cxx_main(int argc, char **argv)
{
    return compile(&cli_verb_cxx, true, argc, argv);
}

static const struct cli_option options[] = {
    {"with", 0, "NAME", OPTION_WITH,
     "the compiler behind: clang-19, gcc-12, a path; for c++ clang-19 means clang++-19"},
    {"inline", 0, NULL, OPTION_INLINE,
     "let the linker copy the runtime's quick looks into the program, which then runs faster; with "
     "clang and the lld of its version, when compiling and when linking"},
    {"shared-runtime", 0, NULL, OPTION_SHARED_RUNTIME,
     "link libreprise.so and an rpath to it, instead of the runtime as part of the program"},
    {"print-command", 0, NULL, OPTION_PRINT_COMMAND, "print the command instead of running it"},
    {0},
};

static const char *const description[] = {
    "A drop-in compiler: it runs gcc or clang with your own words, adds -fsanitize=thread, and "
    "links Reprise's runtime where the compiler would link its own. Every option of the compiler "
    "works; options below are taken out before.",
    "Without --with and REPRISE_CC it runs the first of clang-19, clang and gcc. It adds -g1 when "
    "no -g is given, and for clang -mprefer-vector-width=128, because wider accesses are not "
    "instrumented. An executable gets the runtime linked in; a shared library (-shared) gets "
    "none and uses that of the program that loads it. With -fno-sanitize=thread, and in questions "
    "like -v or -print-file-name, nothing is added, only <reprise/reprise.h> is still found.",
    "With --inline, objects are bitcode for link-time optimisation (-flto), so archives of them "
    "want llvm-ar. Reports are the same. Where it can't be done (gcc, no fitting lld, a shared "
    "library or runtime), a line says so, and the program calls the runtime as without it.",
    "reprise c++ is the same for C++. Links named reprise-cc and reprise-c++ work for build "
    "systems that want one word.",
    NULL,
};

static const struct cli_row environment[] = {
    {"REPRISE_CC", "compiler, as with --with; may hold more words: REPRISE_CC=\"ccache gcc\""},
    {"REPRISE_CXX", "compiler for c++; without it the C++ twin of REPRISE_CC"},
    {0},
};

static const struct cli_row statuses[] = {
    {"2", "wrong usage"},
    {"125", "the runtime was not found"},
    {"126, 127", "the compiler cannot be executed; was not found"},
    {"other", "the status of the compiler"},
    {0},
};

static const struct cli_row files[] = {
    {"libreprise.a", "the runtime; its directory: reprise --print-runtime-dir"},
    {"libreprise-inline.c", "what --inline inlines"},
    {"gcc/libtsan.so", "the same for gcc -fsanitize=thread -B$(reprise --print-gcc-dir)"},
    {0},
};

static const struct cli_row examples[] = {
    {"reprise cc -O2 -o prog prog.c", "compile and link"},
    {"CC=\"reprise cc\" CXX=\"reprise c++\" ./configure", "autoconf"},
    {"cmake -DCMAKE_C_COMPILER=reprise-cc -DCMAKE_CXX_COMPILER=reprise-c++ ..", "CMake"},
    {"reprise cc --inline -O2 -o prog prog.c", "the same, and faster to run"},
    {"reprise cc --with=gcc-12 --print-command a.c", "see what it would run"},
    {0},
};

const struct cli_verb cli_verb_cc = {
    .name = "cc",
    .summary = "compile and link C so that the program watches itself",
    .synopsis =
        "[--with=NAME] [--inline] [--shared-runtime] [--print-command] COMPILER-OPTIONS FILE...",
    .description = description,
    .options = options,
    .environment = environment,
    .statuses = statuses,
    .files = files,
    .examples = examples,
    .main = cc_main,
};

const struct cli_verb cli_verb_cxx = {
    .name = "c++",
    .summary = "the same for C++",
    .synopsis =
        "[--with=NAME] [--inline] [--shared-runtime] [--print-command] COMPILER-OPTIONS FILE...",
    .description = description,
    .options = options,
    .environment = environment,
    .statuses = statuses,
    .files = files,
    .examples = examples,
    .main = cxx_main,
};
