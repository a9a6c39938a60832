#include "shrink.h"

#include <stdlib.h>
#include <string.h>

struct attempt shrink_attempt(const struct shrink *shrink)
{
    struct attempt attempt = replay_attempt(&shrink->replay);
    attempt.expect = NULL; /* other schedules are the point */
    attempt.record = true;
    attempt.same_group = false;
    attempt.limit_s = shrink->limit_s;
    attempt.input = ATTEMPT_DISCARD;
    bool output =
        shrink->check || shrink->replay.target.info.is_go; /* tests tell there who failed */
    attempt.output = output ? ATTEMPT_KEEP : ATTEMPT_DISCARD;
    attempt.errors = ATTEMPT_KEEP; /* the signature of a crash is made of what it said */
    return attempt;
}

static char *copy(const char *text)
{
    char *mine = strdup(text ? text : "");
    if (!mine)
        abort();
    return mine;
}

/* Titles are padded for lists: "data race    f a.c:1" becomes "data race: f a.c:1". */
static char *unpadded(char *title)
{
    char *gap = strstr(title, "  ");
    size_t blanks = gap ? strspn(gap, " ") : 0;
    if (gap) {
        gap[0] = ':';
        memmove(gap + 2, gap + blanks, strlen(gap + blanks) + 1);
    }
    return title;
}

static void set_goal(struct shrink *shrink, const struct failure *failure)
{
    struct symbols_settings settings = {0};
    if (!shrink->goal)
        shrink->goal = copy(failure->signature);
    if (shrink->title)
        return;
    struct symbols *symbols = symbols_open(&settings);
    shrink->title = unpadded(failure_title(failure, symbols));
    shrink->type = copy(failure->type);
    shrink->report = failure->report ? copy(failure->report) : NULL;
    symbols_close(symbols);
}

/* How much a failure asks for an explanation: what ended the program rather than what was noticed
 * on the way, which most schedules show. */
static int weight(const struct failure *failure)
{
    static const char *const ends[] = {"check", "signal",   "exit",        "timeout", "panic",
                                       "test",  "deadlock", "lost-wakeup", "livelock"};
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
        if (strcmp(failure->type, ends[i]) == 0)
            return 2;
    return strncmp(failure->type, "lock-order", 10) == 0 ? 0 : 1;
}

static const struct failure *heaviest(const struct failures *failures)
{
    const struct failure *best = NULL;
    for (size_t i = 0; i < failures->count; i++)
        if (!best || weight(&failures->at[i]) > weight(best))
            best = &failures->at[i];
    return best;
}

bool shrink_fails(struct shrink *shrink, const struct attempt_outcome *outcome)
{
    if (outcome->interrupted)
        return false;
    char *check = shrink->check ? check_output(shrink->check, outcome, shrink->limit_s) : NULL;
    struct failures failures = failures_of(outcome, &shrink->replay.target, &shrink->rules, check);
    const struct failure *failure =
        shrink->goal ? failures_find(&failures, shrink->goal) : heaviest(&failures);
    if (failure)
        set_goal(shrink, failure);
    if (outcome->inexact)
        shrink->inexact = true;
    failures_free(&failures);
    free(check);
    return failure != NULL;
}
