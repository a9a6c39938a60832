#include "go_hunt.h"
#include "hunt.h"
#include "profile_run.h"

#include <stdlib.h>
#include <string.h>

/* Seeds that are tried, the finding's own first: a test alone is another program, with which one
 * seed is as good as another. */
enum { SEEDS = 200 };
#define TIME_S 5.0

/* One run. True: it shows the finding. `take`: what it leaves behind becomes that of the row. */
static bool shows(struct hunt *hunt, const struct target *alone, const char *seed,
                  struct found *found, const char *profile, char **hash, bool take)
{
    struct attempt attempt = hunt_attempt(hunt, found->row.strategy, seed);
    struct attempt_outcome outcome;
    attempt.target = alone;
    if (attempt.profile)
        attempt.profile = *profile ? profile : NULL; /* that of the whole is of another program */
    attempt.record = true;
    if (attempt_run(&attempt, &outcome))
        return false;
    struct failures failures = hunt_judge(hunt, &outcome);
    const struct failure *again = failures_find(&failures, found->row.signature);
    bool is_there = again && !outcome.interrupted;
    if (is_there && take) {
        free(found->row.hash);
        found->row.hash = *hash;
        *hash = NULL;
        found_take(found, again, &outcome);
    } else if (is_there) {
        *hash = outcome.hash ? strdup(outcome.hash) : NULL;
    }
    failures_free(&failures);
    attempt_outcome_free(&outcome);
    return is_there;
}

static bool shows_twice(struct hunt *hunt, const struct target *alone, const char *seed,
                        struct found *found, const char *profile)
{
    char *hash = NULL;
    bool does = shows(hunt, alone, seed, found, profile, &hash, false) &&
                shows(hunt, alone, seed, found, profile, &hash, true);
    free(hash);
    return does;
}

static char **copies_of(char *const *words)
{
    size_t count = 0;
    while (words[count])
        count++;
    char **copies = calloc(count + 1, sizeof *copies);
    for (size_t i = 0; copies && i < count; i++)
        copies[i] = strdup(words[i]);
    return copies;
}

static void take(struct found *found, char *const *argv, const char *seed)
{
    for (char **word = found->row.argv; word && *word; word++)
        free(*word);
    free(found->row.argv);
    found->row.argv = copies_of(argv);
    if (seed != found->row.seed) {
        free(found->row.seed);
        found->row.seed = strdup(seed);
    }
    found->alone = true;
}

void hunt_alone(struct hunt *hunt, struct found *found)
{
    char seed[24], profile[PATH_MAX];
    double until = attempt_clock() + TIME_S;
    if (!hunt->go || !found->test || !hunt_is_controlled(found->row.strategy))
        return;
    struct target alone = hunt->target;
    alone.argv = go_test_alone(hunt->go, found->test);
    if (!alone.argv)
        return;
    if (!profile_wanted(found->row.strategy) ||
        profile_make(&alone, &hunt->settings, hunt->limit_s, profile, sizeof profile) != 0)
        profile[0] = '\0';
    int seeds = found_in_first_run(found->row.strategy, found->row.seed) ? 0 : SEEDS;
    for (int i = 0; i <= seeds && !found->alone && attempt_clock() < until; i++) {
        const char *tried = found->row.seed;
        if (i) {
            snprintf(seed, sizeof seed, "%d", i);
            tried = seed;
        }
        if (shows_twice(hunt, &alone, tried, found, profile))
            take(found, alone.argv, tried);
    }
    free(alone.argv);
}
