/* `reprise go`: the user's go, with our race runtime in what it builds. */
#include "go.h"
#include "cli.h"
#include "elfinfo.h"
#include "go_flags.h"
#include "wire/sidecar.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- what is not for us ---- */

static int pass_on(const struct go_command *command, const struct go_tool *tool)
{
    struct words line = {0};
    go_start_line(&line, command, tool, NULL, command->subcommand);
    words_add_all(&line, &command->words);
    execv(line.at[0], (char *const *)line.at);
    cli_error("go", "%s: %s", line.at[0], strerror(errno));
    return CLI_FAILURE;
}

/* ---- what is ---- */

/* Go's test cache knows nothing of our options: a result of another seed must not come from it. */
static bool must_run(const struct go_command *command, const struct go_tool *tool)
{
    const char *options = getenv(WIRE_ENV_OPTIONS);
    if (strcmp(command->subcommand, "test") != 0 || command->counted || command->compile_only)
        return false;
    char *count = go_flag_in(tool->flags, "count");
    bool counted = count;
    free(count);
    return !counted && (command->settings.count || (options && *options));
}

/* A program whose name we know is looked at. The others cannot have the stock runtime either: it is
 * hidden, so without ours there is nothing to link. */
static int check_result(const struct go_command *command)
{
    char path[PATH_MAX * 2];
    struct stat status;
    if (!command->output || command->dry)
        return 0;
    if (command->directory && command->output[0] != '/')
        cli_join(path, sizeof path, command->directory, command->output);
    else
        snprintf(path, sizeof path, "%s", command->output);
    if (stat(path, &status) != 0 || !S_ISREG(status.st_mode))
        return 0;
    struct elfinfo info = elfinfo_read(path);
    if (!info.is_go || info.instrumented)
        return 0;
    cli_error("go", "%s was built without reprise's runtime: please report this", command->output);
    return CLI_FAILURE;
}

static int build(const struct go_command *command, const struct go_tool *tool,
                 const struct go_place *place)
{
    struct words line = {0};
    go_start_line(&line, command, tool, place, command->subcommand);
    if (must_run(command, tool))
        words_add(&line, "-count=1");
    words_add_all(&line, &command->words);
    int status = go_execute(&line, &command->settings, command->seed || command->strategy);
    free(line.at);
    return status ? status : check_result(command);
}

static int go_main(int argc, char **argv)
{
    struct go_command command = {0};
    struct go_tool tool = {0};
    struct go_place place = {0};
    if (argc < 2) {
        cli_print_help(stderr, &cli_verb_go);
        return CLI_USAGE;
    }
    int status = go_read_command(&command, argc, argv);
    if (status)
        return status == CLI_HELP ? CLI_OK : status;
    if (!command.subcommand) {
        cli_error("go", "say what go shall do: build, test, ...; see `reprise help go`");
        return CLI_USAGE;
    }
    status = go_find(&tool, &command);
    if (!status && !command.builds)
        return pass_on(&command, &tool);
    if (!status)
        status = go_ask(&tool, &command);
    if (!status)
        status = go_place_make(&place, &tool, &command);
    if (status)
        return status;
    return command.hunt ? go_hunt(&command, &tool, &place) : build(&command, &tool, &place);
}

/* ---- tables ---- */

static const struct cli_option options[] = {
    {"seed", 0, "TEXT", GO_OPTION_SEED,
     "test, run: the seed that every interleaving follows: any text"},
    {"strategy", 0, "NAME", GO_OPTION_STRATEGY,
     "how: random (the default with a seed), pct, pos, surw, rr, delay, or os"},
    {"hunt", 0, NULL, GO_OPTION_HUNT, "test, run: try seed after seed until something fails"},
    {"seeds", 0, "N", GO_OPTION_SEEDS, "with --hunt: so many; default: 1000 or one minute"},
    {"runs", 0, "N", GO_OPTION_RUNS, "the same"},
    {"time", 0, "TIME", GO_OPTION_TIME, "with --hunt: stop after that time: 30, 10m, 2h"},
    {"jobs", 0, "J", GO_OPTION_JOBS, "with --hunt: processes at a time; default: one a core"},
    {"all", 0, NULL, GO_OPTION_ALL, "with --hunt: go on after the first finding"},
    {"keep-going", 0, NULL, GO_OPTION_KEEP_GOING, "with --hunt: also when it fails without a seed"},
    {"seed-from", 0, "N", GO_OPTION_SEED_FROM, "with --hunt: the first seed; default 1"},
    {"set", 0, "NAME=VALUE", GO_OPTION_SET, "test, run: set any option of the runtime"},
    {"sidecar", 0, "FILE", GO_OPTION_SIDECAR,
     "test, run: append the findings to FILE, as JSON lines"},
    {"go", 0, "PATH", GO_OPTION_GO, "the go command to use; default: the first in PATH"},
    {0},
};

const char *go_option_name(enum go_option id)
{
    if (id == GO_OPTION_RUNS)
        id = GO_OPTION_SEEDS;
    for (const struct cli_option *row = options; row->name; row++)
        if (row->id == (int)id)
            return row->name;
    return "";
}

static const struct cli_row environment[] = {
    {"REPRISE_GO", "the go command, as with --go"},
    {"REPRISE_GO_CACHE", "where overlays are kept; default: reprise/go in XDG_CACHE_HOME, or in "
                         "~/.cache"},
    {"GORACE", "options of the race detector, as go documents them"},
    {"REPRISE_OPTIONS", "options of the runtime; those of the command line are added to it"},
    {"CGO_ENABLED, CC", "as for go; -race needs cgo, so CGO_ENABLED=1 is set when it is unset"},
    {0},
};

static const struct cli_row statuses[] = {
    {"2", "wrong usage; or go says so"},
    {"66", "--hunt: a finding"},
    {"125", "reprise itself failed: no go, none that it knows, no C compiler, ..."},
    {"128+N", "signal N ended go"},
    {"other", "the exit status of go; go test and go run make 1 of the 66 of a program with races"},
    {0},
};

static const struct cli_row files[] = {
    {"~/.cache/reprise/go/", "overlays, one for each version of Go; may be removed at any time"},
    {0},
};

static const struct cli_row examples[] = {
    {"reprise go test ./...", "as go test -race ./..., with this race detector"},
    {"reprise go test --seed=7 -run=TestX .", "every goroutine interleaving follows the seed"},
    {"reprise go test --hunt -run=TestX .", "find a seed with which it fails"},
    {"reprise go build -o prog . && reprise hunt ./prog", "the same for a program"},
    {0},
};

const struct cli_verb cli_verb_go = {
    .name = "go",
    .summary = "build, test and run Go programs with this race detector, and with seeds",
    .synopsis = "[OPTION...] SUBCOMMAND [GO-OPTIONS and OPTIONS...] [PACKAGE...]",
    .description =
        (const char *const[]){
            "Passes everything on to go. What go build, install, run and test build is built with "
            "-race, and has Reprise's runtime in the place of Go's own race detector. No file of "
            "the module or of Go is changed: go is given an overlay. Other subcommands are called "
            "as they are.",
            "Reports and GORACE are as go build -race has them. With --seed one goroutine runs at "
            "a time and the seed decides which, which case a select takes, the order of maps and "
            "what math/rand returns, so the same seed is the same execution. A program that was "
            "built takes its seed from reprise run, hunt and replay.",
            "The options below have two dashes, so they are told from go's; they stand before the "
            "subcommand or where go's options stand.",
            NULL},
    .options = options,
    .environment = environment,
    .statuses = statuses,
    .files = files,
    .examples = examples,
    .main = go_main,
};
