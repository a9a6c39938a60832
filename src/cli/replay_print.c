#include "replay_print.h"
#include "seed.h"

#include <string.h>

static void print_origin(const struct replay_origin *origin)
{
    if (origin->finding)
        fprintf(stderr, "reprise: %s", origin->finding);
    else if (origin->schedule)
        fputs("reprise: schedule", stderr);
    else if (origin->seed)
        fprintf(stderr, "reprise: seed %s", origin->seed);
    else
        fprintf(stderr, "reprise: %s", origin->strategy);
    if (origin->finding && origin->seed)
        fprintf(stderr, " (seed %s, %s)", origin->seed,
                origin->strategy ? origin->strategy : "random");
    else if (origin->seed && !origin->schedule)
        fprintf(stderr, " (%s)", origin->strategy ? origin->strategy : "random");
}

/* The parts that are not known are left out: the strategy delay counts nothing. */
void replay_print_schedule(const struct replay_origin *origin,
                           const struct attempt_outcome *outcome)
{
    char steps[SEED_NUMBER_BYTES], switches[SEED_NUMBER_BYTES];
    print_origin(origin);
    bool delay = origin->strategy && strncmp(origin->strategy, "delay", 5) == 0;
    if (delay)
        fputs(": threads ran in parallel, so it may differ next time", stderr);
    else if (!outcome->ended)
        fputs(": the program ended before it could say how it was scheduled", stderr);
    else if (outcome->hash)
        fprintf(stderr, ": %s point%s, %s switch%s, schedule %s",
                seed_number(steps, outcome->steps), outcome->steps == 1 ? "" : "s",
                seed_number(switches, outcome->switches), outcome->switches == 1 ? "" : "es",
                outcome->hash);
    putc('\n', stderr);
    if (outcome->inexact)
        fprintf(stderr,
                "reprise: this came from outside at a time of its own, and may differ next time: "
                "%s\n",
                outcome->inexact);
}

void replay_print_next(const char *label, const struct replay_origin *origin, const char *more,
                       char *const *argv)
{
    fprintf(stderr, "  %s: ", label);
    if (origin->finding)
        fprintf(stderr, "reprise replay %s", origin->finding);
    else if (origin->schedule) {
        fputs("reprise replay --schedule ", stderr);
        seed_print_word(stderr, origin->schedule);
    } else if (origin->seed)
        seed_print_replay(stderr, origin->seed, origin->strategy, NULL);
    else
        fprintf(stderr, "reprise run --strategy %s", origin->strategy);
    fputs(more, stderr);
    for (size_t i = 0; origin->sets && i < origin->sets->count; i++) {
        fputs(" --set ", stderr);
        seed_print_word(stderr, origin->sets->at[i]);
    }
    if (argv)
        fputs(" --", stderr);
    for (; argv && *argv; argv++) {
        putc(' ', stderr);
        seed_print_word(stderr, *argv);
    }
    putc('\n', stderr);
}
