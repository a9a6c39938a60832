/* `reprise shrink`: the few switches that matter, and why. */
#include "shrink.h"
#include "core/duration.h"
#include "seed.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    OPTION_JOBS = 1,
    OPTION_RUNS,
    OPTION_TIME,
    OPTION_TIMEOUT,
    OPTION_STRATEGY,
    OPTION_SEED,
    OPTION_FINDING,
    OPTION_SCHEDULE,
    OPTION_CHECK,
    OPTION_SET,
    OPTION_HTML,
    OPTION_ROWS,
    OPTION_COLOR,
};

enum { TIME_S = 60, LIMIT_S = 60, ROWS_MIN = 5, ROWS_MAX = 1000 };

/* ---- the run to start from ---- */

/* Runs what replay.h has settled on, or a given schedule string instead. True: it fails. */
static bool try_run(struct shrink *shrink, const char *schedule, struct attempt_outcome *outcome,
                    int *status)
{
    struct attempt attempt = shrink_attempt(shrink);
    if (schedule) {
        attempt.strategy = "list";
        attempt.schedule = replay_file("found", schedule);
    }
    shrink->runs++;
    int error = attempt_run(&attempt, outcome);
    if (error) {
        *status = target_cannot_start(&shrink->replay.target, -error);
        return false;
    }
    shrink->interrupted = outcome->interrupted;
    if (shrink_fails(shrink, outcome))
        return true;
    if (*status == 0 && outcome->interrupted)
        *status = CLI_FAILURE;
    return false;
}

static int take_schedule(struct shrink *shrink, const struct attempt_outcome *outcome)
{
    const char *text = outcome->schedule;
    long count = text ? core_schedule_count(text) : -EINVAL;
    if (count < 0) {
        cli_error("shrink", "the run has no schedule: %s",
                  !shrink->replay.exact
                      ? "with this strategy the kernel decides; hunt with random, "
                        "pct, pos or surw"
                  : outcome->timed_out
                      ? "it was killed at its time limit; with --set max_steps=1000000 an endless "
                        "loop ends by itself, as a livelock"
                      : "the program ended before the runtime could write it");
        return CLI_FAILURE;
    }
    shrink->schedule.items = calloc((size_t)count + 1, sizeof *shrink->schedule.items);
    if (!shrink->schedule.items)
        abort();
    core_schedule_decode(&shrink->schedule, text);
    shrink->before = shrink->schedule.count;
    return 0;
}

static int not_again(const struct shrink *shrink, const struct attempt_outcome *outcome)
{
    char text[128];
    const char *what = shrink->replay.what;
    if (shrink->goal && attempt_failed(outcome, text, sizeof text))
        cli_error("shrink", "%s does not fail in the same way now: %s", what, text);
    else if (outcome->findings.count && shrink->goal)
        cli_error("shrink", "%s does not fail in the same way now: another finding", what);
    else
        cli_error("shrink", "%s does not fail now%s%s%s", what,
                  outcome->inexact ? "; this came from outside, and may have differed: " : "",
                  outcome->inexact ? outcome->inexact : "",
                  shrink->check ? "" : "; was its output checked? add --check COMMAND");
    return CLI_FAILURE;
}

/* The failing run whose schedule is to be made shorter. A finding that does not come back from its
 * seed may still come from its schedule. */
static int first_run(struct shrink *shrink)
{
    struct attempt_outcome outcome;
    const struct store_finding *finding = &shrink->replay.finding;
    int status = 0;
    if (finding->signature && !(shrink->goal = strdup(finding->signature)))
        abort();
    bool fails = try_run(shrink, NULL, &outcome, &status);
    if (!fails && !status && finding->schedule) {
        attempt_outcome_free(&outcome);
        fails = try_run(shrink, finding->schedule, &outcome, &status);
    }
    if (status)
        return status;
    status = fails ? take_schedule(shrink, &outcome) : not_again(shrink, &outcome);
    if (!status && shrink->limit_s > 10 * outcome.seconds + 5 && !outcome.timed_out)
        shrink->limit_s = 10 * outcome.seconds + 5; /* others are no failure of this kind */
    attempt_outcome_free(&outcome);
    return status;
}

/* ---- the shortest one, once more ---- */

/* With a trace, and what it takes to play it from then on. */
static int last_run(struct shrink_command *c)
{
    struct shrink *shrink = &c->shrink;
    const char *directory = attempt_temporary();
    const char *file = replay_file("shortest", "");
    struct attempt attempt = shrink_attempt(shrink);
    if (!file || asprintf(&c->trace, "%s/trace", directory ? directory : "/tmp") < 0)
        return CLI_FAILURE;
    int error = shrink_write(shrink, file, shrink->kept, shrink->count);
    if (error) {
        cli_error("shrink", "cannot write %s: %s", file, strerror(-error));
        return CLI_FAILURE;
    }
    attempt.strategy = "list";
    attempt.schedule = file;
    attempt.trace = c->trace;
    shrink->runs++;
    error = attempt_run(&attempt, &c->last);
    if (error)
        return target_cannot_start(&shrink->replay.target, -error);
    if (shrink_fails(shrink, &c->last) && c->last.schedule)
        return 0;
    cli_error("shrink", "the shortest schedule failed once, and not when it was run again%s%s",
              shrink->inexact ? "; things came from outside at times of their own" : "",
              c->last.interrupted ? " (interrupted)" : "");
    return CLI_FAILURE;
}

static int shrink_it(struct shrink_command *c)
{
    struct shrink *shrink = &c->shrink;
    shrink->until_s = shrink->time_s > 0 ? attempt_clock() + shrink->time_s : 0;
    int status = first_run(shrink);
    do
        status = status ? status : shrink_search(shrink);
    while (!status && shrink->minimal && (shrink_swap(shrink) || shrink_few(shrink)));
    if (!status && shrink->interrupted)
        return shrink_tell_interrupted(shrink);
    if (!status)
        status = last_run(c);
    if (status)
        return status;
    shrink_keep(c);
    return shrink_tell(c);
}

/* ---- the command line ---- */

static int bad_value(const char *option, const char *value, const char *what)
{
    cli_error("shrink", "%s=%s is no %s", option, value, what);
    return CLI_USAGE;
}

static bool number(const char *text, long low, long high, long *value)
{
    char *end;
    errno = 0;
    *value = strtol(text, &end, 10);
    return !errno && end != text && !*end && *value >= low && *value <= high;
}

/* Seconds, or a duration with units. */
static bool duration(const char *text, double *seconds)
{
    int64_t ns;
    char *end;
    *seconds = strtod(text, &end);
    if (end != text && !*end && *seconds >= 0 && *seconds < 1e9)
        return true;
    if (core_duration_parse(text, &ns) || ns < 0)
        return false;
    *seconds = (double)ns / 1e9;
    return true;
}

static int apply_operand(struct shrink_command *c, enum replay_form form, const char *value)
{
    if (c->shrink.replay.what) {
        cli_error("shrink", "%s and %s: one at a time", c->shrink.replay.what, value);
        return CLI_USAGE;
    }
    c->shrink.replay.form = form;
    c->shrink.replay.what = value;
    return 0;
}

static int apply(struct shrink_command *c, int id, const char *value)
{
    struct shrink *shrink = &c->shrink;
    switch (id) {
    case OPTION_JOBS:
        return number(value, 1, SHRINK_JOBS_MAX, &shrink->jobs)
                   ? 0
                   : bad_value("--jobs", value, "number from 1 to 256");
    case OPTION_RUNS:
        return number(value, 1, 1000000000, &shrink->runs_max)
                   ? 0
                   : bad_value("--runs", value, "number above 0");
    case OPTION_TIME:
        return duration(value, &shrink->time_s) ? 0
                                                : bad_value("--time", value, "time, as in 30s, 5m");
    case OPTION_TIMEOUT:
        return duration(value, &shrink->limit_s)
                   ? 0
                   : bad_value("--timeout", value, "time, as in 500ms, 10s");
    case OPTION_ROWS:
        return number(value, ROWS_MIN, ROWS_MAX, &c->rows)
                   ? 0
                   : bad_value("--rows", value, "number from 5 to 1000");
    case OPTION_COLOR:
        return cli_parse_color(value, &c->color)
                   ? 0
                   : bad_value("--color", value, "word of auto, always, never");
    case OPTION_STRATEGY:
        shrink->replay.strategy = value;
        return 0;
    case OPTION_SEED:
        return apply_operand(c, REPLAY_SEED, value);
    case OPTION_FINDING:
        return apply_operand(c, REPLAY_FINDING, value);
    case OPTION_SCHEDULE:
        return apply_operand(c, REPLAY_SCHEDULE, value);
    case OPTION_CHECK:
        shrink->check = shrink->rules.command = value;
        return 0;
    case OPTION_HTML:
        c->html = value;
        return 0;
    default:
        words_add(&shrink->replay.sets, value);
        return target_set_assignment(&shrink->replay.settings, "shrink", value);
    }
}

/* Options may stand before and after what is to be shrunk, up to the program. */
static int read_arguments(struct shrink_command *c, struct cli_arguments *arguments)
{
    int id, status;
    for (;;) {
        while ((id = cli_next(arguments)) > 0)
            if ((status = apply(c, id, arguments->value)))
                return status;
        if (id != CLI_END)
            return id;
        bool separated =
            arguments->next > 1 && strcmp(arguments->argv[arguments->next - 1], "--") == 0;
        if (separated || c->shrink.replay.what || arguments->next >= arguments->argc)
            break;
        c->shrink.replay.what = arguments->argv[arguments->next++];
    }
    c->shrink.replay.argv = arguments->argv + arguments->next;
    if (c->shrink.replay.what)
        return 0;
    cli_error("shrink", "give a finding (F1), a seed or a schedule; see `reprise help shrink`");
    return CLI_USAGE;
}

static int shrink_main(int argc, char **argv)
{
    struct cli_arguments arguments = {&cli_verb_shrink, argc, argv, 1, NULL};
    static struct shrink_command c;
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    c.shrink.jobs = processors < 1 ? 1 : processors > 16 ? 16 : processors;
    c.shrink.time_s = TIME_S;
    c.shrink.limit_s = LIMIT_S;
    c.shrink.replay.target.who = "shrink";
    int status = read_arguments(&c, &arguments);
    if (status)
        return status == CLI_HELP ? CLI_OK : status == CLI_BAD ? CLI_USAGE : status;
    status = replay_settle(&c.shrink.replay);
    return status ? status : shrink_it(&c);
}

static const struct cli_option options[] = {
    {"jobs", 'j', "N", OPTION_JOBS, "runs at the same time; default: one a processor, at most 16"},
    {"runs", 0, "N", OPTION_RUNS, "make at most so many runs; default: no limit"},
    {"time", 0, "TIME", OPTION_TIME,
     "search at most so long, as in 30s, 5m; default 60s, 0 is no limit"},
    {"timeout", 0, "TIME", OPTION_TIMEOUT,
     "end a run after so long; default: 10 times the first one, at most 60s"},
    {"strategy", 0, "S", OPTION_STRATEGY, "strategy of a seed; default random"},
    {"seed", 0, "TEXT", OPTION_SEED, "shrink a seed, whatever it looks like"},
    {"finding", 0, "NAME", OPTION_FINDING, "the same for a finding"},
    {"schedule", 0, "TEXT", OPTION_SCHEDULE, "the same for a schedule string, or a file with one"},
    {"check", 0, "COMMAND", OPTION_CHECK,
     "fails when this shell command, given the output, does not end with 0"},
    {"set", 0, "NAME=VALUE", OPTION_SET, "set any option of the runtime"},
    {"html", 0, "FILE", OPTION_HTML, "write the explanation as a page, too"},
    {"rows", 0, "N", OPTION_ROWS, "explain in at most so many rows; default 40"},
    {"color", 0, "WHEN", OPTION_COLOR, "auto (the default), always or never"},
    {0},
};

static const struct cli_row statuses[] = {
    {"0", "shrunk, as far as the budget allowed"},
    {"2", "wrong usage"},
    {"125", "it does not fail (any more), or reprise itself failed"},
    {"126, 127", "the program cannot be executed; was not found"},
    {0},
};

static const struct cli_row files[] = {
    {".reprise/findings.db", "the shortest schedule is kept with its finding"},
    {0},
};

static const struct cli_row examples[] = {
    {"reprise shrink F1", "why finding F1 happens"},
    {"reprise shrink --html why.html F1", "the same, also as a page"},
    {"reprise shrink 42 -- ./prog -v", "a seed and a program"},
    {0},
};

const struct cli_verb cli_verb_shrink = {
    .name = "shrink",
    .summary = "find the few switches that make a program fail, and explain them",
    .synopsis = "[OPTION...] FINDING | SEED | SCHEDULE [-- PROGRAM [ARGUMENT...]]",
    .description =
        (const char *const[]){
            "Runs the program again and again with fewer and fewer of the context switches of a "
            "failing run, until each switch that is left is needed for the same failure: the same "
            "finding, or the same crash, exit status or failed check.",
            "Then it prints what the threads did in that run, one column a thread and one row a "
            "step, with the switches that matter marked, and the line that plays it again. Steps "
            "are in the order in which they were done.",
            NULL},
    .options = options,
    .statuses = statuses,
    .files = files,
    .examples = examples,
    .main = shrink_main,
};
