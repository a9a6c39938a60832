/* `reprise hunt`: tries seeds until the program fails. */
#include "hunt.h"
#include "profile_run.h"
#include "seed.h"
#include "wire/options.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    OPTION_SEEDS = 1,
    OPTION_TIME,
    OPTION_JOBS,
    OPTION_STRATEGY,
    OPTION_SEED_FROM,
    OPTION_TIMEOUT,
    OPTION_CHECK,
    OPTION_ALL,
    OPTION_KEEP_GOING,
    OPTION_SUCCESS,
    OPTION_SHARD,
    OPTION_OF,
    OPTION_OUT,
    OPTION_SET,
    OPTION_COLOR,
};

enum { DEFAULT_SEEDS = 1000, DEFAULT_TIME_S = 60, JOBS_MAX = 1024, SHARDS_MAX = 1000000 };

/* ---- options ---- */

static int bad(const char *option, const char *value, const char *expected)
{
    cli_error("hunt", "%s: '%s' is not %s", option, value, expected);
    return CLI_USAGE;
}

static int parse_number(const char *option, const char *value, uint64_t lowest, uint64_t highest,
                        uint64_t *number)
{
    char expected[64], *end;
    errno = 0;
    unsigned long long got = strtoull(value, &end, 10);
    if (*value >= '0' && *value <= '9' && !*end && !errno && got >= lowest && got <= highest) {
        *number = got;
        return 0;
    }
    if (highest == INT64_MAX)
        snprintf(expected, sizeof expected, "a number from %llu on", (unsigned long long)lowest);
    else
        snprintf(expected, sizeof expected, "a number from %llu to %llu",
                 (unsigned long long)lowest, (unsigned long long)highest);
    return bad(option, value, expected);
}

/* "90", "1.5", "90s", "500ms", "10m", "2h". */
static int parse_time(const char *option, const char *value, double *seconds)
{
    static const struct {
        const char *unit;
        double seconds;
    } units[] = {{"", 1},     {"ms", 1e-3}, {"s", 1},    {"m", 60},
                 {"min", 60}, {"h", 3600},  {"d", 86400}};
    char *end;
    double number = strtod(value, &end);
    for (size_t i = 0; end > value && i < sizeof units / sizeof units[0]; i++)
        if (strcmp(end, units[i].unit) == 0 && number > 0 && number * units[i].seconds <= 1e9) {
            *seconds = number * units[i].seconds;
            return 0;
        }
    return bad(option, value, "a time like 30, 500ms, 10m or 2h");
}

static int add_strategies(struct hunt *hunt, const char *value)
{
    struct core_strategy_config config;
    for (const char *at = value; at; at = *at ? at + 1 : NULL) {
        size_t length = strcspn(at, ",");
        char *name = strndup(at, length);
        int status = seed_check_strategy("hunt", name, &config);
        if (!status && (config.kind == CORE_STRATEGY_RR || config.kind == CORE_STRATEGY_LIST)) {
            cli_error("hunt", "strategy %s has one schedule and no seeds; use reprise run", name);
            status = CLI_USAGE;
        }
        if (status)
            return status;
        words_add(&hunt->result.plan.strategies, name);
        at += length;
        if (!*at)
            break;
    }
    return 0;
}

/* Refuses what the runtime would refuse. */
static int add_set(struct hunt *hunt, const char *assignment)
{
    static const char *const ours[] = {"seed",   "strategy", "schedule", "sidecar",
                                       "record", "expect",   "profile",  "profile_out"};
    static struct wire_options trial;
    const char *value = strchr(assignment, '=');
    if (!value)
        return bad("--set", assignment, "NAME=VALUE");
    size_t length = (size_t)(value++ - assignment);
    for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++)
        if (strlen(ours[i]) == length && strncmp(ours[i], assignment, length) == 0) {
            cli_error("hunt", "--set: %s is what a hunt sets by itself", ours[i]);
            return CLI_USAGE;
        }
    wire_options_default(&trial);
    int error = wire_options_set(&trial, assignment, length, value, strlen(value));
    if (error) {
        cli_error("hunt", "--set=%s: %s; see `reprise help options`", assignment,
                  error == -ENOENT ? "no such runtime option" : "that is not a value for it");
        return CLI_USAGE;
    }
    char *name = strndup(assignment, length);
    if (strcmp(name, "exitcode") == 0)
        hunt->rules.exitcode = trial.exitcode;
    hunt->own_max_steps |= strcmp(name, "max_steps") == 0;
    int status = target_set(&hunt->settings, "hunt", name, value);
    words_add(&hunt->result.plan.sets, assignment);
    free(name);
    return status;
}

static int add_success(struct hunt *hunt, const char *value)
{
    char *copy = strdup(value), *rest = copy;
    int status = 0;
    for (char *word; !status && (word = strsep(&rest, ","));) {
        uint64_t number = 0;
        status = parse_number("--success", word, 0, 255, &number);
        hunt->rules.success[number & 255] = true;
    }
    free(copy);
    return status;
}

static int apply(struct hunt *hunt, int id, const char *value)
{
    struct hunt_plan *plan = &hunt->result.plan;
    uint64_t number = 0;
    int status;
    switch (id) {
    case OPTION_SEEDS:
        return parse_number("-n", value, 1, INT64_MAX, &plan->seeds);
    case OPTION_TIME:
        return parse_time("--time", value, &plan->time_s);
    case OPTION_JOBS:
        status = parse_number("-j", value, 1, JOBS_MAX, &number);
        hunt->jobs = (int)number;
        return status;
    case OPTION_STRATEGY:
        return add_strategies(hunt, value);
    case OPTION_SEED_FROM:
        return parse_number("--seed-from", value, 0, INT64_MAX, &plan->first_seed);
    case OPTION_TIMEOUT:
        return parse_time("--timeout", value, &hunt->limit_s);
    case OPTION_CHECK:
        plan->check = hunt->rules.command = value;
        return 0;
    case OPTION_ALL:
        plan->all = true;
        return 0;
    case OPTION_KEEP_GOING:
        hunt->keep_going = true;
        return 0;
    case OPTION_SUCCESS:
        return add_success(hunt, value);
    case OPTION_SHARD:
        status = parse_number("--shard", value, 1, SHARDS_MAX, &number);
        plan->shard = (unsigned)number;
        return status;
    case OPTION_OF:
        status = parse_number("--of", value, 1, SHARDS_MAX, &number);
        plan->of = (unsigned)number;
        return status;
    case OPTION_OUT:
        hunt->out = value;
        return 0;
    case OPTION_SET:
        return add_set(hunt, value);
    default:
        if (cli_parse_color(value, &hunt->color))
            return 0;
        return bad("--color", value, "auto, always or never");
    }
}

static int settle_shard(struct hunt *hunt)
{
    struct hunt_plan *plan = &hunt->result.plan;
    if (!plan->shard && !plan->of && !hunt->out) {
        plan->shard = plan->of = 1;
        return 0;
    }
    if (!plan->shard || !plan->of || !hunt->out) {
        cli_error("hunt", "--shard I, --of N and --out DIR go together");
        return CLI_USAGE;
    }
    if (plan->shard > plan->of) {
        cli_error("hunt", "--shard %u --of %u: shards count from 1 to %u", plan->shard, plan->of,
                  plan->of);
        return CLI_USAGE;
    }
    return 0;
}

static void settle_plan(struct hunt *hunt, char **argv)
{
    static char here[PATH_MAX];
    struct hunt_plan *plan = &hunt->result.plan;
    for (; *argv; argv++)
        words_add(&plan->argv, *argv);
    plan->directory = hunt->target.directory      ? hunt->target.directory
                      : getcwd(here, sizeof here) ? here
                                                  : "";
    if (!plan->strategies.count)
        words_add(&plan->strategies, "random");
    if (!plan->seeds && !(plan->time_s > 0)) {
        plan->seeds = DEFAULT_SEEDS;
        plan->time_s = DEFAULT_TIME_S;
    }
    if (!hunt->jobs) {
        long cores = sysconf(_SC_NPROCESSORS_ONLN);
        hunt->jobs = cores < 1 ? 1 : cores > JOBS_MAX ? JOBS_MAX : (int)cores;
    }
    for (size_t i = 0; i < plan->strategies.count; i++)
        if (strcmp(plan->strategies.at[i], "os") != 0)
            hunt->target.seeded = true;
}

/* ---- the hunt ---- */

/* Strategies that need a profile of the program get one, of one run. */
static int make_profile(struct hunt *hunt)
{
    const struct words *strategies = &hunt->result.plan.strategies;
    bool wanted = false;
    for (size_t i = 0; i < strategies->count; i++)
        wanted |= profile_wanted(strategies->at[i]);
    if (!wanted)
        return 0;
    int error = profile_make(&hunt->target, &hunt->settings, hunt->limit_s, hunt->profile,
                             sizeof hunt->profile);
    if (!error)
        return 0;
    hunt->profile[0] = '\0';
    hunt->interrupted = error == -EINTR;
    if (error != -EINTR)
        cli_error("hunt", "no profile for surw (%s); it goes on without one",
                  error == -ENODATA ? "the program gave none" : strerror(-error));
    return 0;
}

static int status_of(const struct hunt *hunt)
{
    int status = found_status(&hunt->result.found);
    if (!status && hunt->interrupted)
        return 128 + 2; /* as SIGINT would have ended it */
    return !status && hunt->broken ? CLI_FAILURE : status;
}

static int search(struct hunt *hunt)
{
    int status = hunt_baseline(hunt);
    if (status)
        return status;
    if (!hunt->interrupted && !hunt->result.complete)
        status = make_profile(hunt);
    if (!hunt->interrupted && !hunt->result.complete)
        hunt_search(hunt);
    hunt_keep_close(hunt);
    hunt_print_end(hunt);
    return status_of(hunt);
}

int hunt_program(struct hunt *hunt, char **argv)
{
    struct symbols_settings settings = {0};
    hunt->target.who = "hunt";
    settle_plan(hunt, argv);
    int status = target_prepare(&hunt->target, argv);
    hunt_set_options(hunt, 0);
    if (!status)
        status = hunt_keep_open(hunt);
    if (status)
        return status;
    if (hunt->result.complete) {
        printf("reprise: %s is done already\n", hunt->path);
        hunt_print_end(hunt);
        return status_of(hunt);
    }
    hunt->symbols = symbols_open(&settings);
    status = search(hunt);
    symbols_close(hunt->symbols);
    store_close(hunt->store);
    return status;
}

int hunt_read_options(struct hunt *hunt, int argc, char **argv, int *next)
{
    struct cli_arguments arguments = {&cli_verb_hunt, argc, argv, 1, NULL};
    int id;
    hunt->result.plan.first_seed = 1;
    while ((id = cli_next(&arguments)) > 0) {
        int status = apply(hunt, id, arguments.value);
        if (status)
            return status;
    }
    if (id != CLI_END)
        return id == CLI_HELP ? CLI_HELP : CLI_USAGE;
    *next = arguments.next;
    return settle_shard(hunt);
}

static int hunt_main(int argc, char **argv)
{
    static struct hunt hunt; /* zero; too large for a stack to like */
    int next, status = hunt_read_options(&hunt, argc, argv, &next);
    if (status)
        return status == CLI_HELP ? CLI_OK : status;
    if (next >= argc) {
        cli_error("hunt", "no program given; see `reprise help hunt`");
        return CLI_USAGE;
    }
    return hunt_program(&hunt, argv + next);
}

/* ---- tables ---- */

static const struct cli_option options[] = {
    {"seeds", 'n', "N", OPTION_SEEDS, "try N seeds; default: 1000 or one minute"},
    {"time", 't', "TIME", OPTION_TIME, "stop after that time: 30, 10m, 2h"},
    {"jobs", 'j', "J", OPTION_JOBS, "processes at a time; default: one a core"},
    {"strategy", 's', "S,...", OPTION_STRATEGY,
     "how schedules are drawn: random (the default), pct, pos, surw, delay or os, each with "
     ":NAME=VALUE behind it if you like; several take turns"},
    {"seed-from", 0, "N", OPTION_SEED_FROM, "the first seed; default 1"},
    {"timeout", 0, "TIME", OPTION_TIMEOUT,
     "a run that takes longer has failed; default: ten times the first run, at least 10 s"},
    {"check", 0, "COMMAND", OPTION_CHECK,
     "a run whose output makes this shell command fail has failed; it gets it as its input"},
    {"all", 'a', NULL, OPTION_ALL, "go on after the first finding and collect all"},
    {"keep-going", 'k', NULL, OPTION_KEEP_GOING,
     "hunt although the program fails without any scheduling, for other failures than that"},
    {"success", 0, "N,...", OPTION_SUCCESS, "exit statuses that are no failure, besides 0"},
    {"shard", 0, "I", OPTION_SHARD, "do part I of the seeds, counted from 1"},
    {"of", 0, "N", OPTION_OF, "of so many parts"},
    {"out", 0, "DIR", OPTION_OUT, "and leave the result in a file there, for reprise merge"},
    {"set", 0, "NAME=VALUE", OPTION_SET, "set any option of the runtime"},
    {"color", 0, "WHEN", OPTION_COLOR, "auto (the default), always or never"},
    {0},
};

static const struct cli_row statuses[] = {
    {"0", "all seeds were tried or the time is over, and nothing was found"},
    {"66", "a finding of the detector: a race, a deadlock, ..."},
    {"1", "the program failed in another way: a crash, an exit status, no end, --check"},
    {"2", "wrong usage"},
    {"125", "reprise itself failed"},
    {"126, 127", "the program cannot be executed; was not found"},
    {"130", "interrupted before anything was found"},
    {0},
};

static const struct cli_row environment[] = {
    {"REPRISE_OPTIONS", "options of the runtime; those of the command line are added to it"},
    {"TMPDIR", "for temporary files, and for findings when there is no place here"},
    {"NO_COLOR", "no colour, when set and not empty"},
    {0},
};

static const struct cli_row files[] = {
    {".reprise/findings.db", "all findings of all hunts here"},
    {".reprise/hunt-TIME-PID.json", "the findings of one hunt that could not write the database"},
    {".reprise/profile-*", "what strategy surw knows of a program"},
    {"DIR/shard-I-of-N.json", "the result of a shard"},
    {0},
};

static const struct cli_row examples[] = {
    {"reprise hunt ./prog", "until the first failure, 1000 seeds or one minute"},
    {"reprise hunt --all --time 1h -- ./prog input", "collect what there is"},
    {"reprise hunt --check 'diff - expected' ./prog", "wrong output is a failure, too"},
    {"reprise hunt -n 100000 --shard 7 --of 100 --out results ./prog", "one part of a large hunt"},
    {0},
};

const struct cli_verb cli_verb_hunt = {
    .name = "hunt",
    .summary = "try seeds until a program fails",
    .synopsis = "[OPTION...] [--] PROGRAM [ARGUMENT...]",
    .description =
        (const char *const[]){
            "Runs a program again and again, each time with another seed, and so in another "
            "interleaving of its threads. A run has failed when the detector found something, when "
            "the program crashed, deadlocked, did not end in time or ended with a status other "
            "than 0, or when --check says so. For each distinct failure it prints what it was and "
            "the line that plays it again.",
            "The first run is without a seed, every thread as long as it can go: a program that "
            "fails even there, and also when the kernel schedules it, is told so and not hunted.",
            "The program's input is empty, or, when that of this command is a file, that file from "
            "its start. Its output is not shown. Findings are kept in .reprise/findings.db, each "
            "under a name like F1 that reprise replay and reprise shrink understand.",
            "A Go program is one that reprise go build made; for tests of Go packages see reprise "
            "go "
            "test --hunt.",
            NULL},
    .options = options,
    .environment = environment,
    .statuses = statuses,
    .files = files,
    .examples = examples,
    .runtime_options = true,
    .main = hunt_main,
};
