#include "core/strategy.h"
#include "hunt.h"

#include <errno.h>
#include <inttypes.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#define TICK_S 0.2

/* Seeds of this shard are counted from 0: number i is the seed first_seed + shard - 1 + i * of. */
struct slot {
    struct attempt_running *running;
    uint64_t index;
};

/* A failing seed, until it is sure that no lower one fails. */
struct candidate {
    uint64_t index; /* UINT64_MAX: none */
    struct failures failures;
    struct attempt_outcome outcome;
};

struct search {
    struct hunt *hunt;
    struct slot *slots;
    struct attempt_running **running; /* those of the slots, for attempt_wait() */
    int *cpus;
    int cpu_count;
    uint64_t start; /* index of the next to be started */
    struct candidate best;
    bool stop;
};

/* ---- attempts ---- */

bool hunt_is_controlled(const char *strategy)
{
    struct core_strategy_config config;
    return core_strategy_parse(&config, strategy) == 0 && core_strategy_is_controlled(config.kind);
}

/* A program with findings keeps its exit status, so that one failure does not hide the other. A
 * schedule that is a hundred times longer than the first run, or than a program that runs for
 * a moment may be, goes in circles: waiting for the runtime's own limit would take long. */
void hunt_set_options(struct hunt *hunt, uint64_t steps)
{
    enum { FIRST_RUN = 50000000, ENOUGH_STEPS = 1000000, TIMES = 100, LIMIT = 2000000000 };
    hunt->run_settings.count = 0;
    words_add(&hunt->run_settings, "exitcode=0");
    const char *gorace = getenv("GORACE");
    if (hunt->target.info.is_go && !(gorace && strstr(gorace, "atexit_sleep_ms")))
        words_add(&hunt->run_settings, "atexit_sleep_ms=0"); /* else a second each */
    hunt->max_steps = 0;
    if (!hunt->own_max_steps) {
        hunt->max_steps =
            !steps ? FIRST_RUN : ENOUGH_STEPS + (steps < LIMIT / TIMES ? TIMES * steps : LIMIT / 2);
        if (hunt->max_steps > LIMIT)
            hunt->max_steps = LIMIT;
        words_addf(&hunt->run_settings, "max_steps=%" PRIu64, hunt->max_steps);
    }
    words_add_all(&hunt->run_settings, &hunt->settings);
    hunt->bare_settings.count = 0;
    words_add_all(&hunt->bare_settings, &hunt->run_settings);
    words_add(&hunt->bare_settings, "symbolize=0");
}

struct attempt hunt_attempt(const struct hunt *hunt, const char *strategy, const char *seed)
{
    return (struct attempt){
        .target = &hunt->target,
        .settings = &hunt->run_settings,
        .seed = strcmp(strategy, "os") == 0 || strcmp(strategy, "rr") == 0 ? NULL : seed,
        .strategy = strategy,
        .profile = hunt->profile[0] && strncmp(strategy, "surw", 4) == 0 ? hunt->profile : NULL,
        .limit_s = hunt->limit_s,
        .input = ATTEMPT_DISCARD,
        .output = ATTEMPT_KEEP,
        .errors = ATTEMPT_KEEP,
    };
}

struct failures hunt_judge(const struct hunt *hunt, const struct attempt_outcome *outcome)
{
    char *check = NULL;
    bool ended = outcome->status >= 0 && !outcome->timed_out && !outcome->flooded;
    if (hunt->result.plan.check && ended)
        check = check_output(hunt->result.plan.check, outcome, hunt->limit_s);
    struct failures failures = failures_of(outcome, &hunt->target, &hunt->rules, check);
    free(check);
    return failures;
}

/* ---- seeds ---- */

static const char *seed_text(const struct hunt *hunt, uint64_t index, char text[24])
{
    const struct hunt_plan *plan = &hunt->result.plan;
    snprintf(text, 24, "%" PRIu64, plan->first_seed + (plan->shard - 1) + index * plan->of);
    return text;
}

/* They take turns over the seeds of all shards together. */
static const char *strategy_of(const struct hunt *hunt, uint64_t index)
{
    const struct hunt_plan *plan = &hunt->result.plan;
    uint64_t seed = plan->first_seed + (plan->shard - 1) + index * plan->of;
    return plan->strategies.at[seed % plan->strategies.count];
}

static bool has_seed(const struct hunt *hunt, uint64_t index)
{
    const struct hunt_plan *plan = &hunt->result.plan;
    return !plan->seeds || (plan->shard - 1) + index * plan->of < plan->seeds;
}

/* All below are done. */
static uint64_t lowest_running(const struct search *search)
{
    uint64_t lowest = search->start;
    for (int i = 0; i < search->hunt->jobs; i++)
        if (search->slots[i].running && search->slots[i].index < lowest)
            lowest = search->slots[i].index;
    return lowest;
}

static void drop_slot(struct search *search, int i)
{
    struct attempt_outcome outcome;
    attempt_finish(search->slots[i].running, &outcome);
    attempt_outcome_free(&outcome);
    search->slots[i].running = search->running[i] = NULL;
    search->hunt->running--;
}

static void drop_above(struct search *search, uint64_t index)
{
    for (int i = 0; i < search->hunt->jobs; i++)
        if (search->slots[i].running && search->slots[i].index > index)
            drop_slot(search, i);
}

/* Names are looked up in a run of its own: it has to come back for that, and Go has them at hand.
 */
static bool leaves_names_out(const struct hunt *hunt, const char *strategy)
{
    return hunt_is_controlled(strategy) && !hunt->target.info.is_go;
}

static bool start_one(struct search *search, int i)
{
    struct hunt *hunt = search->hunt;
    char seed[24];
    int error;
    const char *strategy = strategy_of(hunt, search->start);
    struct attempt attempt = hunt_attempt(hunt, strategy, seed_text(hunt, search->start, seed));
    if (leaves_names_out(hunt, strategy))
        attempt.settings = &hunt->bare_settings;
    attempt.on_cpu = search->cpu_count > 0 && hunt_is_controlled(strategy);
    attempt.cpu = attempt.on_cpu ? search->cpus[i % search->cpu_count] : 0;
    struct attempt_running *running = attempt_start(&attempt, &error);
    if (!running) {
        cli_error("hunt", "%s: cannot be started any more: %s", hunt->target.argv[0],
                  strerror(-error));
        search->stop = hunt->broken = true;
        return false;
    }
    search->slots[i] = (struct slot){running, search->start++};
    search->running[i] = running;
    hunt->running++;
    return true;
}

static void fill(struct search *search)
{
    struct hunt *hunt = search->hunt;
    for (int i = 0; i < hunt->jobs; i++)
        if (!search->slots[i].running && !search->stop && search->best.index == UINT64_MAX &&
            has_seed(hunt, search->start) && !start_one(search, i))
            return;
}

/* ---- what comes back ---- */

static void consider(struct search *search, uint64_t index, struct failures *failures,
                     struct attempt_outcome *outcome)
{
    struct candidate *best = &search->best;
    if (index < best->index) {
        failures_free(&best->failures);
        attempt_outcome_free(&best->outcome);
        *best = (struct candidate){index, *failures, *outcome};
        *failures = (struct failures){0};
        *outcome = (struct attempt_outcome){0};
    }
    drop_above(search, best->index);
}

/* What the program does anyway ends no search. */
static bool is_news(const struct hunt *hunt, const struct failures *failures)
{
    for (size_t i = 0; i < failures->count; i++)
        if (!found_find(&hunt->result.found, failures->at[i].signature))
            return true;
    return false;
}

static void take(struct search *search, int i)
{
    struct hunt *hunt = search->hunt;
    struct attempt_outcome outcome;
    char seed[24];
    uint64_t index = search->slots[i].index;
    attempt_finish(search->slots[i].running, &outcome);
    search->slots[i].running = search->running[i] = NULL;
    hunt->running--;
    if (outcome.interrupted)
        hunt->interrupted = search->stop = true;
    if (!outcome.interrupted) {
        struct failures failures = hunt_judge(hunt, &outcome);
        const char *strategy = strategy_of(hunt, index);
        if (failures.count && leaves_names_out(hunt, strategy))
            hunt_name_failures(hunt, strategy, seed_text(hunt, index, seed), &failures);
        hunt->result.done++;
        hunt->here++;
        if (failures.count && !hunt->result.plan.all && is_news(hunt, &failures))
            consider(search, index, &failures, &outcome);
        else if (failures.count)
            hunt_found(hunt, strategy, seed_text(hunt, index, seed), &failures, &outcome);
        failures_free(&failures);
    }
    attempt_outcome_free(&outcome);
    hunt->result.next = lowest_running(search);
}

static void settle(struct search *search)
{
    struct hunt *hunt = search->hunt;
    struct candidate *best = &search->best;
    char seed[24];
    if (best->index == UINT64_MAX)
        return;
    hunt_found(hunt, strategy_of(hunt, best->index), seed_text(hunt, best->index, seed),
               &best->failures, &best->outcome);
    failures_free(&best->failures);
    attempt_outcome_free(&best->outcome);
    /* as if no higher one had been tried */
    hunt->result.next = best->index + 1;
    hunt->result.done = hunt->result.next;
    hunt->result.complete = true;
}

/* ---- the loop ---- */

static void find_cpus(struct search *search)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0)
        return;
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
        if (CPU_ISSET(cpu, &set))
            search->cpus[search->cpu_count++] = cpu;
}

static bool turn(struct search *search)
{
    struct hunt *hunt = search->hunt;
    if (!hunt->running)
        return false;
    double now = attempt_clock(), until = now + TICK_S;
    if (hunt->until_s > 0 && hunt->until_s < until)
        until = hunt->until_s;
    int got = attempt_wait(search->running, (size_t)hunt->jobs, until);
    if (got >= 0)
        take(search, got);
    else if (got == -EINTR)
        hunt->interrupted = search->stop = true;
    now = attempt_clock();
    if (hunt->until_s > 0 && now >= hunt->until_s)
        search->stop = true;
    static double shown;
    if (now >= shown + TICK_S) {
        shown = now;
        hunt_progress(hunt, false);
        hunt_keep_results(hunt, false);
    }
    return !search->stop;
}

void hunt_search(struct hunt *hunt)
{
    struct hunt_result *result = &hunt->result;
    struct search search = {.hunt = hunt, .start = result->next, .best.index = UINT64_MAX};
    double before = result->seconds;
    search.slots = calloc((size_t)hunt->jobs, sizeof *search.slots);
    search.running = calloc((size_t)hunt->jobs, sizeof *search.running);
    search.cpus = calloc(CPU_SETSIZE, sizeof *search.cpus);
    if (!search.slots || !search.running || !search.cpus)
        abort();
    find_cpus(&search);
    hunt->started_s = attempt_clock();
    hunt->until_s = result->plan.time_s > 0 ? hunt->started_s + result->plan.time_s : 0;
    result->done = result->next;
    do {
        fill(&search);
        result->seconds = before + attempt_clock() - hunt->started_s;
    } while (turn(&search));
    result->next = lowest_running(&search);
    for (int i = 0; i < hunt->jobs; i++)
        if (search.slots[i].running)
            drop_slot(&search, i);
    settle(&search);
    if (!hunt->interrupted && !hunt->broken)
        result->complete = true;
    result->seconds = before + attempt_clock() - hunt->started_s;
    free(search.slots);
    free(search.running);
    free(search.cpus);
}
