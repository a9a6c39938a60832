/*
 * Names of failures. To look up the functions and lines of a report takes a process of its own and
 * many times longer than a run of a small program, so runs of a search do without: their reports
 * name places by module and offset, and so do their signatures. The first time such a signature
 * appears the run is made once more, with names, and from then on it stands for what that run
 * called it.
 */
#include "hunt.h"

#include <stdlib.h>
#include <string.h>

static struct failure copy_failure(const struct failure *f)
{
    return (struct failure){
        .signature = strdup(f->signature),
        .type = strdup(f->type),
        .title = strdup(f->title),
        .report = f->report ? strdup(f->report) : NULL,
        .details = f->details ? strdup(f->details) : NULL,
        .test = f->test ? strdup(f->test) : NULL,
    };
}

static const struct failure *name_of(const struct hunt_names *names, const char *raw)
{
    for (size_t i = 0; i < names->count; i++)
        if (strcmp(names->at[i].raw, raw) == 0)
            return &names->at[i].named;
    return NULL;
}

static void learn(struct hunt_names *names, const char *raw, const struct failure *named)
{
    if (name_of(names, raw))
        return;
    names->at = realloc(names->at, (names->count + 1) * sizeof *names->at);
    if (!names->at)
        abort();
    names->at[names->count++] = (struct hunt_name){strdup(raw), copy_failure(named)};
}

/* The same run with names. When it does not show the same failures one by one, they keep what they
 * are called without. */
static void ask(struct hunt *hunt, const char *strategy, const char *seed,
                const struct failures *failures)
{
    struct attempt attempt = hunt_attempt(hunt, strategy, seed);
    struct attempt_outcome outcome;
    if (attempt_run(&attempt, &outcome))
        return;
    struct failures named = hunt_judge(hunt, &outcome);
    for (size_t i = 0; i < failures->count && named.count == failures->count; i++)
        if (strcmp(named.at[i].type, failures->at[i].type) == 0)
            learn(&hunt->names, failures->at[i].signature, &named.at[i]);
    failures_free(&named);
    attempt_outcome_free(&outcome);
}

void hunt_name_failures(struct hunt *hunt, const char *strategy, const char *seed,
                        struct failures *failures)
{
    bool known = true;
    for (size_t i = 0; i < failures->count; i++)
        known &= name_of(&hunt->names, failures->at[i].signature) != NULL;
    if (!known)
        ask(hunt, strategy, seed, failures);
    struct failures result = {0};
    result.at = calloc(failures->count + 1, sizeof *result.at);
    if (!result.at)
        abort();
    for (size_t i = 0; i < failures->count; i++) {
        const struct failure *named = name_of(&hunt->names, failures->at[i].signature);
        result.at[result.count++] = copy_failure(named ? named : &failures->at[i]);
    }
    failures_free(failures);
    *failures = result;
}
