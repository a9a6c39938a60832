/* The first run of a hunt, without a seed: does the program work at all, how long does it take? */
#include "hunt.h"

#include <errno.h>
#include <string.h>

enum { BASELINE_LIMIT_S = 60, SHORT_LIMIT_S = 10 };

static const char *baseline_strategy(const struct hunt *hunt)
{
    const struct words *strategies = &hunt->result.plan.strategies;
    for (size_t i = 0; i < strategies->count; i++)
        if (hunt_is_controlled(strategies->at[i]))
            return "rr";
    return "os";
}

/* All failures of a run have the same last words. */
static void print_last_words(const struct failures *failures)
{
    for (size_t i = 0; i < failures->count; i++)
        if (failures->at[i].details) {
            hunt_print_details(stderr, failures->at[i].details);
            return;
        }
}

static bool is_of_detector(const struct failures *failures)
{
    for (size_t i = 0; i < failures->count; i++)
        if (failures->at[i].report)
            return true;
    return false;
}

static bool is_livelock(const struct failures *failures)
{
    for (size_t i = 0; i < failures->count; i++)
        if (strcmp(failures->at[i].type, "livelock") == 0)
            return true;
    return false;
}

/* Left to the kernel, does it work? */
static bool works_by_itself(struct hunt *hunt)
{
    struct attempt attempt = hunt_attempt(hunt, "os", HUNT_FIRST_SEED);
    struct attempt_outcome outcome;
    if (attempt.limit_s > SHORT_LIMIT_S)
        attempt.limit_s = SHORT_LIMIT_S;
    if (attempt_run(&attempt, &outcome))
        return false;
    struct failures failures = hunt_judge(hunt, &outcome);
    bool works = !failures.count && !outcome.interrupted;
    failures_free(&failures);
    attempt_outcome_free(&outcome);
    return works;
}

/* A program that fails in the simplest of all orders, and also when the kernel schedules, is mostly
 * one that was called wrongly. */
static int judge_baseline(struct hunt *hunt, const char *strategy,
                          const struct attempt_outcome *outcome, const struct failures *failures)
{
    const struct hunt_plan *plan = &hunt->result.plan;
    if (!outcome->spoke && !outcome->timed_out) {
        cli_error("hunt",
                  "%s: the runtime is not in any process of it, so seeds decide nothing; build it "
                  "with %s",
                  hunt_subject(hunt),
                  hunt->target.info.is_go ? "reprise go build" : "reprise cc or reprise go build");
        return CLI_FAILURE;
    }
    if (!failures->count)
        return 0;
    if (is_of_detector(failures) || plan->all || hunt->keep_going || works_by_itself(hunt)) {
        hunt_found(hunt, strategy, HUNT_FIRST_SEED, failures, outcome);
        if (!plan->all && !hunt->keep_going)
            hunt->result.complete = true;
        return 0;
    }
    cli_error("hunt",
              "%s fails without any scheduling (strategy %s): %s; to hunt all the same: "
              "--keep-going",
              hunt_subject(hunt), strategy, failures->at[0].title);
    print_last_words(failures);
    fputs("  to see it: ", stderr);
    hunt_print_again(stderr, hunt, strategy, HUNT_FIRST_SEED, NULL, NULL);
    return 1;
}

int hunt_baseline(struct hunt *hunt)
{
    const char *strategy = baseline_strategy(hunt);
    bool given = hunt->limit_s > 0;
    struct attempt_outcome outcome;
    if (!given)
        hunt->limit_s = BASELINE_LIMIT_S;
    struct attempt attempt = hunt_attempt(hunt, strategy, HUNT_FIRST_SEED);
    int error = attempt_run(&attempt, &outcome);
    if (error)
        return error == -ENOSPC || error == -ENOMEM
                   ? (cli_error("hunt", "no room for a temporary file: %s", strerror(-error)),
                      CLI_FAILURE)
                   : target_cannot_start(&hunt->target, -error);
    if (!given) /* a run is slow when the machine is, and a schedule may be a slow one */
        hunt->limit_s = outcome.timed_out     ? BASELINE_LIMIT_S
                        : outcome.seconds > 1 ? 10 * outcome.seconds
                                              : SHORT_LIMIT_S;
    struct failures failures = {0};
    int status = 0;
    hunt->interrupted = outcome.interrupted;
    if (!outcome.interrupted) {
        failures = hunt_judge(hunt, &outcome);
        if (!is_livelock(&failures)) /* its limit is the one that it was found under */
            hunt_set_options(hunt, outcome.steps);
        status = judge_baseline(hunt, strategy, &outcome, &failures);
    }
    failures_free(&failures);
    attempt_outcome_free(&outcome);
    return status;
}
