#include "go_hunt.h"
#include "hunt.h"

#include <stdlib.h>
#include <string.h>

/* Seeds that are tried, the finding's own first: a test alone is another program, with which one
 * seed is as good as another. */
enum { SEEDS = 50 };
#define TIME_S 10.0

/* True: it shows the finding, and did so twice. */
static bool shows(struct hunt *hunt, const struct target *alone, const char *seed,
                  struct found *found)
{
    struct attempt attempt = hunt_attempt(hunt, found->row.strategy, seed);
    struct attempt_outcome outcome;
    bool is_there = true;
    attempt.target = alone;
    attempt.record = true;
    for (int i = 0; i < 2 && is_there; i++) {
        if (attempt_run(&attempt, &outcome))
            return false;
        struct failures failures = hunt_judge(hunt, &outcome);
        const struct failure *again = failures_find(&failures, found->row.signature);
        is_there = again && !outcome.interrupted;
        if (is_there && i > 0)
            found_take(found, again, &outcome);
        failures_free(&failures);
        attempt_outcome_free(&outcome);
    }
    return is_there;
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
    char seed[24];
    double until = attempt_clock() + TIME_S;
    if (!hunt->go || !found->test || !hunt_is_controlled(found->row.strategy))
        return;
    struct target alone = hunt->target;
    alone.argv = go_test_alone(hunt->go, found->test);
    if (!alone.argv)
        return;
    int seeds = found_in_first_run(found->row.strategy, found->row.seed) ? 0 : SEEDS;
    for (int i = 0; i <= seeds && !found->alone && attempt_clock() < until; i++) {
        const char *tried = found->row.seed;
        if (i) {
            snprintf(seed, sizeof seed, "%d", i);
            tried = seed;
        }
        if (shows(hunt, &alone, tried, found))
            take(found, alone.argv, tried);
    }
    free(alone.argv);
}
