/* `reprise` without a verb: the root of the help, and the words that answer questions of build
 * systems. */
#include "cli.h"

enum { OPTION_VERSION = 1, OPTION_GCC_DIR, OPTION_RUNTIME_DIR };

static int print_directory(const char *below)
{
    const char *directory = cli_runtime_dir();
    if (!*directory) {
        cli_error(NULL, "no runtime beside %s; build or install it first", cli_self());
        return CLI_FAILURE;
    }
    printf("%s%s\n", directory, below);
    return CLI_OK;
}

static int run_verb(struct cli_arguments *arguments)
{
    const char *name = arguments->argv[arguments->next];
    if (!name) {
        cli_print_help(stderr, &cli_root);
        return CLI_USAGE;
    }
    const struct cli_verb *verb = cli_find_verb(name);
    if (verb)
        return verb->main(arguments->argc - arguments->next, arguments->argv + arguments->next);
    cli_error(NULL, "no verb '%s'; to run a program: reprise run %s; see `reprise help`", name,
              name);
    return CLI_USAGE;
}

static int root_main(int argc, char **argv)
{
    struct cli_arguments arguments = {&cli_root, argc, argv, 1, NULL};
    switch (cli_next(&arguments)) {
    case OPTION_VERSION:
        puts("reprise " REPRISE_VERSION);
        return CLI_OK;
    case OPTION_GCC_DIR:
        return print_directory("/gcc");
    case OPTION_RUNTIME_DIR:
        return print_directory("");
    case CLI_END:
        return run_verb(&arguments);
    case CLI_HELP:
        return CLI_OK;
    default:
        return CLI_USAGE;
    }
}

static const struct cli_option options[] = {
    {"version", 'V', NULL, OPTION_VERSION, "print the version"},
    {"print-gcc-dir", 0, NULL, OPTION_GCC_DIR,
     "print the directory for gcc -fsanitize=thread -BDIR, which links this runtime"},
    {"print-runtime-dir", 0, NULL, OPTION_RUNTIME_DIR,
     "print the directory of libreprise.a and libreprise.so"},
    {0},
};

static const struct cli_row statuses[] = {
    {"0", "all went well, nothing was found"},
    {"66", "the program that was run had findings (exitcode= changes this)"},
    {"2", "wrong usage"},
    {"125", "reprise itself failed"},
    {"126, 127", "the program or compiler cannot be executed; was not found"},
    {"other", "the status of the program or compiler that was run; 128+N: it died of signal N"},
    {0},
};

static const struct cli_row environment[] = {
    {"REPRISE_OPTIONS", "options of the runtime, name=value separated by ':'"},
    {"TSAN_OPTIONS", "the same; REPRISE_OPTIONS wins"},
    {"REPRISE_CC, REPRISE_CXX", "compiler behind reprise cc and reprise c++"},
    {"REPRISE_GO, REPRISE_GO_CACHE",
     "the go command behind reprise go, and where it keeps what it gives to go"},
    {"GORACE", "options of Go programs, as Go's race detector has them"},
    {"REPRISE_SYMBOLIZER", "command that turns addresses into lines for the runtime"},
    {"NO_COLOR", "no colour, when set and not empty"},
    {0},
};

static const struct cli_row files[] = {
    {".reprise/run-*.jsonl", "findings of reprise run, one JSON object a line"},
    {".reprise/findings.db", "findings of reprise hunt"},
    {0},
};

static const struct cli_row examples[] = {
    {"reprise cc -o prog prog.c", "build a program that watches itself"},
    {"reprise run ./prog", "run it and list what was found"},
    {"reprise hunt ./prog", "try interleavings until it fails"},
    {"CC=\"reprise cc\" ./configure", "build a whole package"},
    {"reprise go test ./...", "watch the tests of a Go module"},
    {0},
};

const struct cli_verb cli_root = {
    .summary = "find data races and other concurrency bugs in native programs",
    .synopsis = "[OPTION] VERB ...",
    .description =
        (const char *const[]){
            "Builds programs so that they watch their own threads, runs them, and reports each "
            "pair of memory accesses that nothing orders, with both stacks.",
            NULL},
    .options = options,
    .statuses = statuses,
    .environment = environment,
    .files = files,
    .examples = examples,
    .runtime_options = true,
    .main = root_main,
};
