/* `reprise replay`: the same interleaving again, from a seed, a finding or a schedule string. */
#include "replay.h"
#include "core/duration.h"
#include "go_hunt.h"
#include "seed.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum {
    OPTION_SEED = 1,
    OPTION_FINDING,
    OPTION_SCHEDULE,
    OPTION_STRATEGY,
    OPTION_TIMES,
    OPTION_TIMEOUT,
    OPTION_GDB,
    OPTION_ASLR,
    OPTION_SET,
};

/* ---- one run ---- */

/* The runtime has said where the run left its path; here is what that means. */
static int judge(const struct replay *replay, const struct attempt_outcome *outcome)
{
    const struct store_finding *finding = &replay->finding;
    int status = attempt_shell_status(outcome);
    if (outcome->interrupted)
        return status;
    if (finding->signature && !replay_came_back(finding, outcome)) {
        fprintf(stderr, "reprise: %s did not come back: %s\n", replay->name, finding->title);
        return CLI_FAILURE;
    }
    if (finding->signature)
        fprintf(stderr, "reprise: %s came back: %s\n", replay->name, finding->title);
    bool left = outcome->diverged;
    if (replay->trail && finding->hash && outcome->hash &&
        strcmp(finding->hash, outcome->hash) != 0) {
        if (!left)
            fprintf(stderr, "reprise: this run is not the one of %s, which had schedule %s\n",
                    replay->name, finding->hash);
        left = true;
    }
    /* that another build leaves the path is no surprise; that it fails is what was asked */
    return left && !(replay->rebuilt && status) ? CLI_FAILURE : status;
}

/* What did not come back may be repaired, which a hunt can prove. */
static void print_next(const struct replay *replay, const struct attempt_outcome *outcome)
{
    if (replay->finding.signature && !replay_came_back(&replay->finding, outcome)) {
        fputs("  to look whether it is gone: ", stderr);
        if (!go_keep_print_hunt(stderr, replay->argv)) {
            fputs("reprise hunt --", stderr);
            for (char *const *word = replay->argv; *word; word++) {
                putc(' ', stderr);
                seed_print_word(stderr, *word);
            }
        }
        putc('\n', stderr);
    } else if (replay->finding.signature && !replay->exact)
        fprintf(stderr, "  to see how often it comes back: reprise replay %s --times 20\n",
                replay->name);
    else if (replay->finding.signature)
        fprintf(stderr, "  to see why: reprise shrink %s\n", replay->name);
    else
        replay_print_next("in a debugger", &replay->origin, " --gdb", replay->argv);
}

static int play_once(const struct replay *replay)
{
    const struct attempt attempt = replay_attempt(replay);
    struct attempt_outcome outcome;
    int error = attempt_run(&attempt, &outcome);
    if (error)
        return target_cannot_start(&replay->target, -error);
    if (outcome.spoke)
        replay_print_schedule(&replay->origin, &outcome);
    else
        cli_error("replay", "the runtime did not come up in %s, so nothing decided its schedule%s",
                  replay->argv[0],
                  replay->target.info.is_elf ? "" : "; name the interpreter of a script before it");
    int status = judge(replay, &outcome);
    if (outcome.spoke && !outcome.interrupted)
        print_next(replay, &outcome);
    attempt_outcome_free(&outcome);
    return status;
}

/* ---- the command line ---- */

static int set_times(struct replay *replay, const char *text)
{
    char *end;
    errno = 0;
    replay->times = strtol(text, &end, 10);
    if (!errno && end > text && !*end && replay->times > 0)
        return 0;
    cli_error("replay", "--times=%s is not a number of runs", text);
    return CLI_USAGE;
}

/* Seconds, or with a unit. */
static int set_limit(struct replay *replay, const char *text)
{
    char *end;
    int64_t ns;
    replay->limit_s = strtod(text, &end);
    if (end == text || *end)
        replay->limit_s = core_duration_parse(text, &ns) == 0 ? (double)ns / 1e9 : 0;
    if (replay->limit_s > 0 && replay->limit_s < 1e9)
        return 0;
    cli_error("replay", "--timeout=%s is not a time like 30, 500ms, 10m or 2h", text);
    return CLI_USAGE;
}

static int set_what(struct replay *replay, enum replay_form form, const char *what)
{
    if (replay->what) {
        cli_error("replay", "one thing to play at a time, not %s and %s", replay->what, what);
        return CLI_USAGE;
    }
    replay->form = form;
    replay->what = what;
    return 0;
}

static int apply(struct replay *replay, int id, const char *value)
{
    switch (id) {
    case OPTION_SEED:
        return set_what(replay, REPLAY_SEED, value);
    case OPTION_FINDING:
        return set_what(replay, REPLAY_FINDING, value);
    case OPTION_SCHEDULE:
        return set_what(replay, REPLAY_SCHEDULE, value);
    case OPTION_STRATEGY:
        replay->strategy = value;
        return 0;
    case OPTION_TIMES:
        return set_times(replay, value);
    case OPTION_TIMEOUT:
        return set_limit(replay, value);
    case OPTION_GDB:
        replay->gdb = true;
        return 0;
    case OPTION_ASLR:
        replay->target.aslr = true;
        return 0;
    default:
        words_add(&replay->sets, value);
        return target_set_assignment(&replay->settings, "replay", value);
    }
}

/* The first operand is what is played, unless an option has said it or `--` came; options may
 * follow it. */
static int parse(struct replay *replay, int argc, char **argv)
{
    struct cli_arguments arguments = {&cli_verb_replay, argc, argv, 1, NULL};
    for (;;) {
        int status = 0, id = cli_next(&arguments);
        if (id == CLI_BAD || id == CLI_HELP)
            return id;
        bool closed = strcmp(argv[arguments.next - 1], "--") == 0;
        if (id > 0)
            status = apply(replay, id, arguments.value);
        else if (!replay->what && !closed && arguments.next < argc)
            status = set_what(replay, REPLAY_ANY, argv[arguments.next++]);
        else
            break;
        if (status)
            return CLI_BAD;
    }
    replay->argv = argv + arguments.next;
    return 0;
}

static int replay_main(int argc, char **argv)
{
    struct replay replay = {.target.who = "replay", .times = 1};
    sigprocmask(SIG_SETMASK, NULL, &replay.mask);
    int status = parse(&replay, argc, argv);
    if (status)
        return status == CLI_HELP ? CLI_OK : CLI_USAGE;
    if (!replay.what) {
        cli_error("replay", "nothing to play: give a seed, a finding or a schedule; see `reprise "
                            "help replay`");
        return CLI_USAGE;
    }
    if (replay.gdb && replay.times > 1) {
        cli_error("replay", "--gdb and --times do not go together");
        return CLI_USAGE;
    }
    status = replay_settle(&replay);
    if (!status)
        status = replay.gdb         ? replay_gdb(&replay)
                 : replay.times > 1 ? replay_times(&replay)
                                    : play_once(&replay);
    store_finding_free(&replay.finding);
    return status;
}

/* ---- tables ---- */

static const struct cli_option options[] = {
    {"strategy", 0, "NAME", OPTION_STRATEGY,
     "how the seed decides: random (the default), pct, pos, surw, delay, rr or os"},
    {"times", 'n', "K", OPTION_TIMES, "play K times, and say whether all runs were the same"},
    {"timeout", 0, "TIME", OPTION_TIMEOUT,
     "end the program after TIME; default: never, or 10 s for a finding that had no end"},
    {"gdb", 0, NULL, OPTION_GDB, "play under gdb"},
    {"aslr", 0, NULL, OPTION_ASLR, "leave the layout of the address space to chance"},
    {"set", 0, "NAME=VALUE", OPTION_SET, "set any option of the runtime"},
    {"seed", 0, "TEXT", OPTION_SEED, "play this seed, whatever it looks like"},
    {"finding", 0, "F", OPTION_FINDING,
     "play this finding: F and its number, or the start of its "
     "signature"},
    {"schedule", 0, "TEXT|FILE", OPTION_SCHEDULE, "play this schedule string, or the one in FILE"},
    {0},
};

static const struct cli_row statuses[] = {
    {"66", "played; the program had findings"},
    {"125", "the run was not the same, or reprise itself failed"},
    {"2", "wrong usage, or a damaged schedule"},
    {"126", "the program cannot be executed"},
    {"127", "the program was not found"},
    {"128+N", "signal N ended the program"},
    {"other", "the exit status of the program"},
    {0},
};

static const struct cli_row files[] = {
    {STORE_FILE, "the findings of `reprise hunt`"},
    {0},
};

static const struct cli_row examples[] = {
    {"reprise replay 42 -- ./prog input", "the interleaving of seed 42"},
    {"reprise replay F1", "the first finding of a hunt, with its program and strategy"},
    {"reprise replay 42 --times 1000 -- ./prog", "prove that it is always the same"},
    {"reprise replay F1 --gdb", "look at it in a debugger"},
    {"reprise replay rp1.AbC... -- ./prog", "a schedule from a bug report"},
    {0},
};

const struct cli_verb cli_verb_replay = {
    .name = "replay",
    .summary = "play an interleaving again, from its seed",
    .synopsis = "SEED|FINDING|SCHEDULE [OPTION...] [-- PROGRAM [ARGUMENT...]]",
    .description =
        (const char *const[]){
            "Runs a program with the interleaving that the seed, the finding or the schedule "
            "string gives. Nothing was recorded: the seed and the program are enough. A finding "
            "knows its program, so that may be left out.",
            "A number is a seed; F and a number, or the start of a signature, is a finding of "
            "this directory; a text that starts with rp1., or a file with such a text, is a "
            "schedule; everything else is a seed. --seed, --finding and --schedule say it "
            "plainly.",
            "When the run is not the one that was found, the runtime says at which point and in "
            "which thread it differs, and the exit status is 125. A schedule of another build of "
            "the program is played as far as it fits, and its seed decides from there on; then "
            "125 says that the path was left and that the program did not fail.",
            NULL},
    .options = options,
    .statuses = statuses,
    .files = files,
    .examples = examples,
    .runtime_options = true,
    .main = replay_main,
};
