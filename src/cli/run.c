/* `reprise run`: runs a program as it is, and says afterwards what the runtime found. */
#include "run.h"
#include "child.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    OPTION_SUPPRESSIONS = 1,
    OPTION_SIDECAR,
    OPTION_LOG,
    OPTION_EXITCODE,
    OPTION_HALT,
    OPTION_SET,
    OPTION_COLOR,
    OPTION_QUIET,
    OPTION_NO_SUMMARY,
    OPTION_SEED,
    OPTION_STRATEGY,
    OPTION_SCHEDULE,
    OPTION_TRACE,
    OPTION_ASLR,
};

/* ---- options ---- */

/* The program may change directory before the runtime opens the file. */
static int add_file(struct run *run, const char *name, const char *path, bool must_exist)
{
    char here[PATH_MAX], full[PATH_MAX * 2];
    if (must_exist && access(path, R_OK) != 0) {
        cli_error("run", "cannot read %s: %s", path, strerror(errno));
        return CLI_USAGE;
    }
    bool is_stream = strcmp(path, "stdout") == 0 || strcmp(path, "stderr") == 0;
    if (path[0] == '/' || (is_stream && !must_exist) || !getcwd(here, sizeof here))
        return target_set(&run->settings, "run", name, path);
    return target_set(&run->settings, "run", name, cli_join(full, sizeof full, here, path));
}

/* Twice: in the order of the command line, and by itself. */
static int add_option(struct run *run, const char *assignment)
{
    int status = target_set_assignment(&run->settings, "run", assignment);
    words_add(&run->sets, assignment);
    return status ? status : target_set_assignment(&run->options, "run", assignment);
}

static int set_color(struct run *run, const char *word)
{
    if (cli_parse_color(word, &run->color))
        return target_set_checked(&run->settings, "run", "color", word);
    cli_error("run", "--color=%s is not auto, always or never", word);
    return CLI_USAGE;
}

static int apply_seed(struct run *run, int id, const char *value)
{
    switch (id) {
    case OPTION_SEED:
        run->seed = value;
        return 0;
    case OPTION_STRATEGY:
        run->strategy = value;
        return 0;
    case OPTION_SCHEDULE:
        run->schedule = value;
        return 0;
    case OPTION_TRACE:
        return add_file(run, "trace", value, false);
    default:
        run->target.aslr = true;
        return 0;
    }
}

static int apply(struct run *run, int id, const char *value)
{
    switch (id) {
    case OPTION_SUPPRESSIONS:
        return add_file(run, "suppressions", value, true);
    case OPTION_LOG:
        return add_file(run, "log_path", value, false);
    case OPTION_EXITCODE:
        return target_set_checked(&run->settings, "run", "exitcode", value);
    case OPTION_HALT:
        return target_set(&run->settings, "run", "halt_on_error", "1");
    case OPTION_SET:
        return add_option(run, value);
    case OPTION_COLOR:
        return set_color(run, value);
    case OPTION_SIDECAR:
        run->sidecar_wanted = value;
        return 0;
    case OPTION_QUIET:
        run->quiet = true;
        return 0;
    case OPTION_NO_SUMMARY:
        run->no_summary = true;
        return 0;
    default:
        return apply_seed(run, id, value);
    }
}

/* ---- the run ---- */

static int run_program(struct run *run, char **argv)
{
    int status = run_settle_seed(run);
    if (!status)
        status = target_prepare(&run->target, argv);
    if (!status)
        status = run_add_profile(run);
    if (!status)
        status = run_sidecar_open(&run->sidecar, run->sidecar_wanted);
    if (!status && run->sidecar.path[0])
        status = target_set(&run->settings, "run", "sidecar", run->sidecar.path);
    if (status)
        return status;
    char **environment = target_environment(&run->target, &run->settings);
    status = child_run(&run->target, environment, &run->pid);
    target_environment_free(environment);
    if (status < 0) {
        run_sidecar_drop(&run->sidecar);
        return target_cannot_start(&run->target, -status);
    }
    run_summarize(run, status);
    return status;
}

static int run_main(int argc, char **argv)
{
    struct cli_arguments arguments = {&cli_verb_run, argc, argv, 1, NULL};
    struct run run = {.target.who = "run"};
    int id;
    while ((id = cli_next(&arguments)) > 0) {
        int status = apply(&run, id, arguments.value);
        if (status)
            return status;
    }
    if (id != CLI_END)
        return id == CLI_HELP ? CLI_OK : CLI_USAGE;
    if (arguments.next >= argc) {
        cli_error("run", "no program given; see `reprise help run`");
        return CLI_USAGE;
    }
    return run_program(&run, argv + arguments.next);
}

/* ---- tables ---- */

static const struct cli_option options[] = {
    {"seed", 0, "TEXT", OPTION_SEED, "the seed that decides the interleaving: any text"},
    {"strategy", 0, "NAME", OPTION_STRATEGY,
     "how it decides: random (the default with a seed), pct, pos, surw, rr, delay, or os"},
    {"schedule", 0, "TEXT|FILE", OPTION_SCHEDULE, "play a schedule string, or the one in FILE"},
    {"trace", 0, "FILE", OPTION_TRACE, "write every schedule point to FILE, one line each"},
    {"aslr", 0, NULL, OPTION_ASLR,
     "with a seed: leave the layout of the address space to chance, as without one"},
    {"suppressions", 's', "FILE", OPTION_SUPPRESSIONS, "leave out what FILE lists (TSan's format)"},
    {"sidecar", 0, "FILE", OPTION_SIDECAR,
     "append the findings to FILE; default: a new file in .reprise/"},
    {"log", 0, "FILE", OPTION_LOG, "write the reports to FILE.PID instead of stderr"},
    {"exitcode", 0, "N", OPTION_EXITCODE,
     "exit status of a program with findings; default 66, 0 keeps the program's own"},
    {"halt", 0, NULL, OPTION_HALT, "end the program at its first finding"},
    {"set", 0, "NAME=VALUE", OPTION_SET, "set any option of the runtime"},
    {"color", 0, "WHEN", OPTION_COLOR, "auto (the default), always or never"},
    {"quiet", 'q', NULL, OPTION_QUIET, "say nothing when nothing was found"},
    {"no-summary", 0, NULL, OPTION_NO_SUMMARY, "print no summary at the end"},
    {0},
};

static const struct cli_row environment[] = {
    {"REPRISE_OPTIONS", "options of the runtime; those of the command line are added to it"},
    {"REPRISE_SYMBOLIZER", "set to this command for the program, unless it is set already"},
    {"TMPDIR", "where the sidecar goes when the current directory is not writable"},
    {"NO_COLOR", "no colour, when set and not empty"},
    {0},
};

static const struct cli_row statuses[] = {
    {"66", "the program had findings, and would else have ended with 0 or its own status"},
    {"2", "wrong usage"},
    {"125", "reprise itself failed"},
    {"126", "the program cannot be executed"},
    {"127", "the program was not found"},
    {"128+N", "signal N ended the program"},
    {"other", "the exit status of the program"},
    {0},
};

static const struct cli_row files[] = {
    {".reprise/run-TIME-PID.jsonl", "the findings of one run; removed when there are none"},
    {0},
};

static const struct cli_row examples[] = {
    {"reprise run ./prog -v input", "run and summarize"},
    {"reprise run --halt -- ./prog", "end at the first finding"},
    {"reprise run --seed 42 ./prog", "with the interleaving of seed 42"},
    {"reprise run --seed 42 --strategy pct:depth=3 ./prog", "as another strategy makes it"},
    {"reprise run --set second_deadlock_stack=1 ./prog", "with an option of the runtime"},
    {0},
};

const struct cli_verb cli_verb_run = {
    .name = "run",
    .summary = "run a program and list what was found",
    .synopsis = "[OPTION...] [--] PROGRAM [ARGUMENT...]",
    .description =
        (const char *const[]){
            "Runs a program built with reprise cc. Its input, output and exit status stay as they "
            "are; signals sent to reprise go to it. The runtime in the program prints each finding "
            "on stderr when it happens; at the end this command lists them in short, and says "
            "where they are kept.",
            "A Go program is one that reprise go build made. "
            "A program that gcc linked with its own libtsan.so.2 runs with Reprise's runtime in "
            "its place.",
            "With --seed one thread runs at a time and the seed decides which, so the same seed is "
            "the same execution. A program without a runtime gets one preloaded then: its libc "
            "calls are the schedule points.",
            NULL},
    .options = options,
    .environment = environment,
    .statuses = statuses,
    .files = files,
    .examples = examples,
    .runtime_options = true,
    .main = run_main,
};
