/* `reprise replay --times K`: the same run K times, and the proof that it was the same. */
#include "replay.h"
#include "seed.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    DIFFERENCE_BYTES = 256,
    SHOWN = 3, /* runs that differ and are described */
};

struct proof {
    const struct replay *replay;
    struct attempt attempt;
    struct words settings;
    struct attempt_outcome first; /* what the others are compared with */
    char *signatures;             /* of the second's findings; NULL: it has not run */
    long done, differ;
    bool interrupted;
    double shown_s; /* when the progress was last written */
};

/* ---- what differs ---- */

static bool status_differs(const struct attempt_outcome *a, const struct attempt_outcome *b,
                           char *text)
{
    char words[2][64];
    const struct attempt_outcome *both[] = {a, b};
    if (a->status == b->status && a->signal == b->signal && a->timed_out == b->timed_out)
        return false;
    for (int i = 0; i < 2; i++)
        if (!attempt_failed(both[i], words[i], sizeof words[i]))
            snprintf(words[i], sizeof words[i], "exit status 0");
    snprintf(text, DIFFERENCE_BYTES, "%s instead of %s", words[1], words[0]);
    return true;
}

static bool output_differs(const struct attempt_outcome *a, const struct attempt_outcome *b,
                           char *text)
{
    size_t at = 0, line = 1;
    size_t shorter = a->output_bytes < b->output_bytes ? a->output_bytes : b->output_bytes;
    for (; at < shorter && a->output[at] == b->output[at]; at++)
        line += a->output[at] == '\n';
    if (at == a->output_bytes && at == b->output_bytes)
        return false;
    snprintf(text, DIFFERENCE_BYTES, "its output, %zu bytes instead of %zu, from line %zu on",
             b->output_bytes, a->output_bytes, line);
    return true;
}

/* One member of all findings, a line each. The caller frees it. */
static char *list_of(const struct attempt_outcome *outcome, const char *key)
{
    char *text = NULL;
    size_t size;
    FILE *stream = open_memstream(&text, &size);
    for (size_t i = 0; stream && i < outcome->findings.count; i++)
        fprintf(stream, "%s\n", finding_string(outcome->findings.at[i].object, key, ""));
    if (!stream || fclose(stream) != 0)
        abort();
    return text;
}

static bool lists_differ(const struct attempt_outcome *a, const struct attempt_outcome *b,
                         const char *key)
{
    char *lists[] = {list_of(a, key), list_of(b, key)};
    bool differ = strcmp(lists[0], lists[1]) != 0;
    free(lists[0]);
    free(lists[1]);
    return differ;
}

static bool findings_differ(const struct attempt_outcome *a, const struct attempt_outcome *b,
                            char *text)
{
    if (!lists_differ(a, b, "type"))
        return false;
    snprintf(text, DIFFERENCE_BYTES, "its findings, %zu instead of %zu", b->findings.count,
             a->findings.count);
    return true;
}

static bool schedule_differs(const struct attempt_outcome *a, const struct attempt_outcome *b,
                             char *text)
{
    char point[SEED_NUMBER_BYTES];
    const char *hash[] = {a->hash ? a->hash : "unknown", b->hash ? b->hash : "unknown"};
    if (strcmp(hash[0], hash[1]) == 0)
        return false;
    int length = snprintf(text, DIFFERENCE_BYTES, "schedule %s instead of %s", hash[1], hash[0]);
    if (b->diverged)
        snprintf(text + length, DIFFERENCE_BYTES - (size_t)length,
                 ", from point %s on, where T%" PRIu64 " is about to do: %s",
                 seed_number(point, b->diverged_step), b->diverged_thread,
                 b->diverged_op ? b->diverged_op : "?");
    return true;
}

/* The schedule first: it says where. */
static bool differs(const struct attempt_outcome *a, const struct attempt_outcome *b, char *text)
{
    return schedule_differs(a, b, text) || status_differs(a, b, text) ||
           output_differs(a, b, text) || findings_differ(a, b, text);
}

/* ---- the runs ---- */

static void clear_progress(void)
{
    if (isatty(STDERR_FILENO))
        fputs("\r\033[K", stderr);
}

static void show_progress(struct proof *proof)
{
    char done[SEED_NUMBER_BYTES], times[SEED_NUMBER_BYTES], differ[SEED_NUMBER_BYTES];
    double now = attempt_clock();
    if (!isatty(STDERR_FILENO) || now < proof->shown_s + 0.1)
        return;
    proof->shown_s = now;
    fprintf(stderr, "\r\033[K  %s of %s played, %s differ",
            seed_number(done, (uint64_t)proof->done),
            seed_number(times, (uint64_t)proof->replay->times),
            seed_number(differ, (uint64_t)proof->differ));
}

/* Signatures are made of names, which the first run knows and the others don't: so theirs are
 * those of the second. */
static bool signatures_differ(struct proof *proof, const struct attempt_outcome *outcome,
                              char *text)
{
    char *list = list_of(outcome, "signature");
    bool differ = proof->signatures && strcmp(proof->signatures, list) != 0;
    if (differ)
        snprintf(text, DIFFERENCE_BYTES, "its findings, %zu others", outcome->findings.count);
    if (proof->signatures)
        free(list);
    else
        proof->signatures = list;
    return differ;
}

static void compare(struct proof *proof, const struct attempt_outcome *outcome)
{
    char text[DIFFERENCE_BYTES], number[SEED_NUMBER_BYTES];
    if (!differs(&proof->first, outcome, text) && !signatures_differ(proof, outcome, text))
        return;
    if (++proof->differ > SHOWN)
        return;
    clear_progress();
    fprintf(stderr, "reprise: run %s differs: %s\n", seed_number(number, (uint64_t)proof->done + 1),
            text);
}

/* The first run leaves its trail, so that the others can say where they leave it. */
static void keep_first(struct proof *proof, struct attempt_outcome *outcome)
{
    proof->first = *outcome;
    proof->attempt.record = false;
    if (!target_wants_symbols(&proof->replay->target, &proof->settings))
        words_add(&proof->settings, "symbolize=0"); /* nobody reads the reports */
    if (outcome->trail)
        proof->attempt.expect = replay_file("first-trail", outcome->trail);
}

static int play(struct proof *proof)
{
    while (proof->done < proof->replay->times && !proof->interrupted) {
        struct attempt_outcome outcome;
        int error = attempt_run(&proof->attempt, &outcome);
        if (error)
            return target_cannot_start(&proof->replay->target, -error);
        proof->interrupted = outcome.interrupted;
        if (!outcome.interrupted && !proof->done)
            keep_first(proof, &outcome);
        else {
            if (!outcome.interrupted)
                compare(proof, &outcome);
            attempt_outcome_free(&outcome);
        }
        if (!proof->interrupted)
            proof->done++;
        show_progress(proof);
    }
    clear_progress();
    return 0;
}

/* ---- the end ---- */

static void print_result(const struct proof *proof)
{
    const struct attempt_outcome *first = &proof->first;
    char text[128], same[SEED_NUMBER_BYTES], done[SEED_NUMBER_BYTES], bytes[SEED_NUMBER_BYTES];
    fprintf(stderr, "reprise: %s of %s the same",
            seed_number(same, (uint64_t)(proof->done - proof->differ)),
            seed_number(done, (uint64_t)proof->done));
    if (proof->done)
        fprintf(stderr, ": %s, output %s bytes",
                attempt_failed(first, text, sizeof text) ? text : "exit status 0",
                seed_number(bytes, first->output_bytes));
    if (first->findings.count)
        fprintf(stderr, ", %zu finding%s", first->findings.count,
                first->findings.count == 1 ? "" : "s");
    if (first->hash)
        fprintf(stderr, ", schedule %s", first->hash);
    fputs(proof->interrupted ? " (interrupted)\n" : "\n", stderr);
    if (first->inexact)
        fprintf(stderr, "reprise: this came from outside at a time of its own: %s\n",
                first->inexact);
    if (!proof->replay->exact)
        fputs("reprise: under this strategy threads run in parallel, so runs may differ\n", stderr);
}

/* All the same, but not as when it was found? */
static bool left_the_finding(const struct proof *proof)
{
    const struct store_finding *finding = &proof->replay->finding;
    const char *now = proof->first.hash;
    if (!finding->signature || !proof->done)
        return false;
    if (!replay_came_back(finding, &proof->first)) {
        fprintf(stderr, "reprise: %s did not come back: %s\n", proof->replay->name, finding->title);
        return true;
    }
    if (!proof->replay->trail || !finding->hash || !now || strcmp(finding->hash, now) == 0)
        return false;
    fprintf(stderr, "reprise: %s was found with schedule %s\n", proof->replay->name, finding->hash);
    return true;
}

int replay_times(const struct replay *replay)
{
    struct proof proof = {.replay = replay, .attempt = replay_attempt(replay)};
    words_add_all(&proof.settings, &replay->settings);
    proof.attempt.settings = &proof.settings;
    proof.attempt.record = replay->exact;
    proof.attempt.same_group = false;
    proof.attempt.input = proof.attempt.errors = ATTEMPT_DISCARD;
    proof.attempt.output = ATTEMPT_KEEP;
    int status = play(&proof);
    if (!status) {
        print_result(&proof);
        replay_print_next("to look at one of them", &replay->origin, "",
                          replay->argv == replay->finding.argv ? NULL : replay->argv);
        status = attempt_shell_status(&proof.first);
        if (proof.differ || left_the_finding(&proof))
            status = CLI_FAILURE;
        if (proof.interrupted)
            status = 130;
    }
    attempt_outcome_free(&proof.first);
    free(proof.settings.at);
    free(proof.signatures);
    return status;
}
