#include "hunt.h"
#include "report/module.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { SEEDS_LISTED = 10000, SEEDS_AGAIN = 1000 };

/* ---- the list ---- */

bool found_by_detector(const struct found *found)
{
    return found->row.report != NULL;
}

struct found *found_find(const struct found_list *list, const char *signature)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->at[i].row.signature, signature) == 0)
            return &list->at[i];
    return NULL;
}

struct found *found_new(struct found_list *list, const struct store_finding *row)
{
    list->at = realloc(list->at, (list->count + 1) * sizeof *list->at);
    if (!list->at)
        abort();
    list->at[list->count] = (struct found){.row = *row};
    return &list->at[list->count++];
}

/* A process that takes up the work of a killed one does the last few seeds again. */
static bool was_just_seen(const struct found *found, const char *name)
{
    for (size_t i = 0; i < found->seed_count && i < SEEDS_AGAIN; i++)
        if (strcmp(found->seeds[found->seed_count - 1 - i], name) == 0)
            return true;
    return false;
}

bool found_in_first_run(const char *strategy, const char *seed)
{
    return strcmp(seed, HUNT_FIRST_SEED) == 0 &&
           (strcmp(strategy, "rr") == 0 || strcmp(strategy, "os") == 0);
}

void found_add_seed(struct found *found, const char *strategy, const char *seed)
{
    char *name;
    if (asprintf(&name, "%s %s", strategy, seed) < 0)
        abort();
    if (was_just_seen(found, name)) {
        free(name);
        return;
    }
    found->count += !found_in_first_run(strategy, seed);
    if (found->seed_count == SEEDS_LISTED) {
        free(name);
        return;
    }
    found->seeds = grow(found->seeds, found->seed_count, &found->seed_capacity, sizeof(char *));
    found->seeds[found->seed_count++] = name;
}

void found_list_free(struct found_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        for (size_t k = 0; k < list->at[i].seed_count; k++)
            free(list->at[i].seeds[k]);
        free(list->at[i].seeds);
        free(list->at[i].extra);
        free(list->at[i].inexact);
        free(list->at[i].test);
        store_finding_free(&list->at[i].row);
    }
    free(list->at);
    *list = (struct found_list){0};
}

/* ---- one that is new ---- */

static char *copy(const char *text)
{
    return text ? strdup(text) : NULL;
}

/* Takes `now` in the place of what is there. */
static void replace(char **text, char *now)
{
    free(*text);
    *text = now;
}

static char **copy_words(const struct words *words)
{
    char **copies = calloc(words->count + 1, sizeof *copies);
    for (size_t i = 0; copies && i < words->count; i++)
        copies[i] = strdup(words->at[i]);
    return copies;
}

/* In the runtime's syntax. */
static char *join(const struct words *words, const char *extra)
{
    char *text = strdup("");
    for (size_t i = 0; text && i < words->count; i++) {
        char *longer;
        if (asprintf(&longer, "%s%s%s", text, i ? ":" : "", words->at[i]) < 0)
            abort();
        free(text);
        text = longer;
    }
    char *all;
    if (!extra)
        return text;
    if (asprintf(&all, "%s%s%s", text, *text ? ":" : "", extra) < 0)
        abort();
    free(text);
    return all;
}

/* Runs of a hunt have options that others don't have, and some failures are others without them:
 * a program with findings ends with its own status here, and a livelock is one sooner. */
static char *extra_of(const struct hunt *hunt, const struct failure *failure,
                      const struct attempt_outcome *outcome)
{
    char *extra = NULL;
    if (strcmp(failure->type, "exit") == 0 && outcome->findings.count && !hunt->rules.exitcode)
        extra = strdup("exitcode=0");
    else if (strcmp(failure->type, "livelock") == 0 && hunt->max_steps &&
             asprintf(&extra, "max_steps=%" PRIu64, hunt->max_steps) < 0)
        abort();
    return extra;
}

/* As it is without our options. */
static int plain_status(const struct failure *failure, const struct attempt_outcome *outcome)
{
    bool told_by_runtime = outcome->status >= 0 && strcmp(failure->type, "signal") == 0;
    return told_by_runtime ? 66 : outcome->status;
}

static struct store_finding make_row(const struct hunt *hunt, const struct failure *failure,
                                     const struct attempt_outcome *outcome, const char *strategy,
                                     const char *seed, const char *extra)
{
    return (struct store_finding){
        .signature = strdup(failure->signature),
        .type = strdup(failure->type),
        .title = failure_title(failure, hunt->symbols),
        .argv = copy_words(&hunt->result.plan.argv),
        .directory = strdup(hunt->result.plan.directory),
        .seed = strdup(seed),
        .strategy = strdup(strategy),
        .settings = join(&hunt->settings, extra),
        .build_id = copy(outcome->build_id),
        .hash = copy(outcome->hash),
        .steps = (int64_t)outcome->steps,
        .status = plain_status(failure, outcome),
        .signal = outcome->signal,
        .report = copy(failure->report),
        .details = copy(failure->details),
        .reproduced = -1,
    };
}

/* ---- once more, with everything written down ---- */

void found_take(struct found *found, const struct failure *again,
                const struct attempt_outcome *outcome)
{
    struct store_finding *row = &found->row;
    found->row.reproduced = again != NULL;
    replace(&found->inexact, copy(outcome->inexact));
    found->other_schedule = row->hash && outcome->hash && strcmp(row->hash, outcome->hash) != 0;
    if (!again)
        return;
    replace(&row->schedule, copy(outcome->schedule));
    replace(&row->trail, copy(outcome->trail));
    replace(&row->hash, copy(outcome->hash));
    row->steps = (int64_t)outcome->steps;
    if (again->report)
        replace(&row->report, strdup(again->report));
    if (again->details)
        replace(&row->details, strdup(again->details));
}

/* Entries from `first` on were found under this seed. Does it bring them back? */
static void confirm(struct hunt *hunt, size_t first, const char *strategy, const char *seed)
{
    struct found_list *list = &hunt->result.found;
    struct attempt attempt = hunt_attempt(hunt, strategy, seed);
    struct attempt_outcome outcome;
    attempt.record = true;
    if (attempt_run(&attempt, &outcome))
        return;
    if (!outcome.interrupted) {
        struct failures failures = hunt_judge(hunt, &outcome);
        for (size_t i = first; i < list->count; i++)
            found_take(&list->at[i], failures_find(&failures, list->at[i].row.signature), &outcome);
        failures_free(&failures);
    }
    attempt_outcome_free(&outcome);
}

void hunt_found(struct hunt *hunt, const char *strategy, const char *seed,
                const struct failures *failures, const struct attempt_outcome *outcome)
{
    struct found_list *list = &hunt->result.found;
    size_t first = list->count;
    for (size_t i = 0; i < failures->count; i++) {
        struct found *found = found_find(list, failures->at[i].signature);
        if (!found) {
            char *extra = extra_of(hunt, &failures->at[i], outcome);
            struct store_finding row =
                make_row(hunt, &failures->at[i], outcome, strategy, seed, extra);
            found = found_new(list, &row);
            found->extra = extra;
            found->test = copy(failures->at[i].test);
        }
        found_add_seed(found, strategy, seed);
        hunt_keep_occurrence(hunt, found, strategy, seed);
    }
    if (first == list->count)
        return;
    confirm(hunt, first, strategy, seed);
    for (size_t i = first; i < list->count; i++) {
        hunt_alone(hunt, &list->at[i]);
        hunt_keep_row(hunt, &list->at[i]);
    }
    hunt_keep_results(hunt, true);
    hunt_progress(hunt, true);
    for (size_t i = first; i < list->count; i++)
        hunt_print_found(hunt, &list->at[i]);
}
