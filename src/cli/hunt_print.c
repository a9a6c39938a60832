#include "go_hunt.h"
#include "hunt.h"
#include "profile_run.h"
#include "seed.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LIVE_ROWS = 8, LINE_BYTES = 512 };

int found_status(const struct found_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        if (found_by_detector(&list->at[i]))
            return 66;
    return list->count ? 1 : 0;
}

/* ---- lines to type ---- */

/* Everything behind the options that are the hunt's own. */
static void print_program(FILE *stream, const struct hunt_plan *plan, const char *extra)
{
    if (extra) {
        fputs(" --set ", stream);
        seed_print_word(stream, extra);
    }
    for (size_t i = 0; i < plan->sets.count; i++) {
        fputs(" --set ", stream);
        seed_print_word(stream, plan->sets.at[i]);
    }
    fputs(" --", stream);
    for (size_t i = 0; i < plan->argv.count; i++) {
        putc(' ', stream);
        seed_print_word(stream, plan->argv.at[i]);
    }
}

void hunt_print_replay(FILE *stream, const struct hunt_plan *plan, const char *strategy,
                       const char *seed, const char *extra)
{
    seed_print_replay(stream, seed, strategy, NULL);
    print_program(stream, plan, extra);
    putc('\n', stream);
}

const char *hunt_subject(const struct hunt *hunt)
{
    return hunt->go ? hunt->go->package : hunt->result.plan.argv.at[0];
}

void hunt_print_again(FILE *stream, const struct hunt *hunt, const char *strategy, const char *seed,
                      const char *extra, const char *test)
{
    if (!hunt->go) {
        hunt_print_replay(stream, &hunt->result.plan, strategy, seed, extra);
        return;
    }
    go_print_replay(stream, hunt->go, strategy, seed, extra, test);
    putc('\n', stream);
}

static bool has_default_strategy(const struct hunt_plan *plan)
{
    return plan->strategies.count == 1 && strcmp(plan->strategies.at[0], "random") == 0;
}

static void print_how(FILE *stream, const struct hunt_plan *plan, const struct failure_rules *rules)
{
    bool first = true;
    for (size_t i = 0; i < plan->strategies.count && !has_default_strategy(plan); i++) {
        fputs(i ? "," : " --strategy ", stream);
        seed_print_word(stream, plan->strategies.at[i]);
    }
    for (int i = 0; i < 256; i++)
        if (rules->success[i]) {
            fprintf(stream, "%s%d", first ? " --success " : ",", i);
            first = false;
        }
    if (plan->all)
        fputs(" --all", stream);
    if (!plan->check)
        return;
    fputs(" --check ", stream);
    seed_print_word(stream, plan->check);
}

/* Options with which a hunt goes on where this one ended, and ten times as long. */
static void print_options(FILE *stream, const struct hunt *hunt)
{
    const struct hunt_plan *plan = &hunt->result.plan;
    print_how(stream, plan, &hunt->rules);
    if (plan->seeds)
        fprintf(stream, " %s %" PRIu64, hunt->go ? "--seeds" : "-n", 10 * plan->seeds);
    if (plan->time_s > 0 && !plan->seeds)
        fprintf(stream, " --time %g", 10 * plan->time_s);
    fprintf(stream, " --seed-from %" PRIu64, plan->first_seed + hunt->result.next);
}

static void print_hunt_on(const struct hunt *hunt)
{
    char *options = NULL;
    size_t size;
    FILE *memory = open_memstream(&options, &size);
    if (!memory)
        abort();
    print_options(memory, hunt);
    fclose(memory);
    fputs("  to look longer: ", stdout);
    if (hunt->go) {
        go_print_hunt(stdout, hunt->go, options);
    } else {
        printf("reprise hunt%s", options);
        print_program(stdout, &hunt->result.plan, NULL);
    }
    putchar('\n');
    free(options);
}

/* ---- one finding ---- */

void hunt_print_details(FILE *stream, const char *text)
{
    while (*text) {
        int length = (int)strcspn(text, "\n");
        fprintf(stream, "  | %.*s\n", length, text);
        text += length + (text[length] == '\n');
    }
}

static void print_body(struct hunt *hunt, const struct store_finding *row)
{
    struct finding finding = {row->report ? json_loads(row->report, 0, NULL) : NULL, 1};
    if (finding.object)
        finding_print_body(stdout, &finding, hunt->symbols);
    else if (row->details)
        hunt_print_details(stdout, row->details);
    json_decref(finding.object);
}

static void print_doubts(const struct found *found)
{
    const char *what = NULL;
    if (found->row.reproduced == 0)
        what = "not reproduced: run once more with this seed, it did not come back";
    else if (found->other_schedule)
        what = "it came back, but on another schedule";
    if (!what)
        return;
    printf("  %s;\n  something from outside decides, too%s%s%s\n", what, found->inexact ? " (" : "",
           found->inexact ? found->inexact : "", found->inexact ? ")" : "");
}

/* The seed under which it was seen first; the row may have that of a shorter run. */
static const char *first_seed(const struct found *found)
{
    const char *name = found->seed_count ? strrchr(found->seeds[0], ' ') : NULL;
    return name ? name + 1 : found->row.seed;
}

static void print_seed(const struct found *found)
{
    const struct store_finding *row = &found->row;
    printf("  seed %s of %s", row->seed, row->strategy);
    if (found->alone)
        printf(" for %s alone", found->test);
    if (found->alone && strcmp(first_seed(found), row->seed) != 0)
        printf(", %s for all tests", first_seed(found));
    printf("; signature %s\n", row->signature);
}

/* What go test runs has no profile for surw. */
static void print_lines(const struct hunt *hunt, const struct found *found)
{
    const struct store_finding *row = &found->row;
    bool profiled = hunt->go && row->id && profile_wanted(row->strategy);
    fputs("  to play it again: ", stdout);
    if (profiled)
        printf("reprise replay F%" PRId64 "\n", row->id);
    else
        hunt_print_again(stdout, hunt, row->strategy, row->seed, found->extra,
                         found->alone ? found->test : NULL);
    if (hunt->go && row->id && !profiled)
        printf("  as it was built for this hunt: reprise replay F%" PRId64 "\n", row->id);
}

void hunt_print_found(struct hunt *hunt, const struct found *found)
{
    const struct store_finding *row = &found->row;
    bool color = cli_use_color(stdout, hunt->color);
    char name[32] = "";
    if (row->id)
        snprintf(name, sizeof name, "F%" PRId64 "  ", row->id);
    printf("%s%s%s%s\n", color ? "\033[1m" : "", name, row->title, color ? "\033[m" : "");
    print_seed(found);
    print_body(hunt, row);
    print_doubts(found);
    print_lines(hunt, found);
    putchar('\n');
    fflush(stdout);
}

/* ---- lists ---- */

static void format_row(char *line, size_t size, const struct found *found, uint64_t done, int width)
{
    char count[SEED_NUMBER_BYTES], all[SEED_NUMBER_BYTES], name[32] = "-";
    const struct store_finding *row = &found->row;
    if (row->id)
        snprintf(name, sizeof name, "F%" PRId64, row->id);
    bool at_once = found_in_first_run(row->strategy, first_seed(found));
    snprintf(line, size, "  %-4s %-*s  %s of %s seeds, %s%s  %s", name, width, row->title,
             seed_number(count, found->count), seed_number(all, done),
             at_once ? "and the first run" : "first ", at_once ? "" : first_seed(found),
             row->signature);
}

static int title_width(const struct found_list *list, int limit)
{
    size_t width = 0;
    for (size_t i = 0; i < list->count; i++) {
        size_t length = strlen(list->at[i].row.title);
        width = length > width && length <= (size_t)limit ? length : width;
    }
    return (int)width;
}

void found_list_print(FILE *stream, const struct found_list *list, uint64_t done)
{
    char line[LINE_BYTES];
    for (size_t i = 0; i < list->count; i++) {
        format_row(line, sizeof line, &list->at[i], done, title_width(list, 60));
        fprintf(stream, "%s\n", line);
    }
}

/* ---- the lines at the bottom ---- */

static int lines_shown;

static void clear_lines(void)
{
    if (!lines_shown)
        return;
    fprintf(stderr, "\r");
    if (lines_shown > 1)
        fprintf(stderr, "\033[%dA", lines_shown - 1);
    fputs("\033[J", stderr);
    lines_shown = 0;
}

static double seconds_left(const struct hunt *hunt, double now, double rate)
{
    const struct hunt_result *result = &hunt->result;
    double left = hunt->until_s > 0 ? hunt->until_s - now : -1;
    if (result->plan.seeds && rate > 0) {
        double share = (double)result->plan.seeds / result->plan.of - (double)result->done;
        double by_seeds = share > 0 ? share / rate : 0;
        left = left < 0 || by_seeds < left ? by_seeds : left;
    }
    return left;
}

static void print_progress(const struct hunt *hunt)
{
    char done[SEED_NUMBER_BYTES];
    double now = attempt_clock(), passed = now - hunt->started_s;
    double rate = passed > 0 ? (double)hunt->here / passed : 0;
    double left = seconds_left(hunt, now, rate);
    size_t count = hunt->result.found.count;
    fprintf(stderr, "%s seeds  %zu finding%s  %.3g seeds/s", seed_number(done, hunt->result.done),
            count, count == 1 ? "" : "s", rate);
    if (left >= 0)
        fprintf(stderr, "  %.0f s left", left);
    lines_shown = 1;
}

static void print_live(const struct hunt *hunt)
{
    const struct found_list *list = &hunt->result.found;
    char line[LINE_BYTES];
    int columns = cli_columns(stderr) - 1;
    for (size_t i = 0; i < list->count && i < LIVE_ROWS; i++) {
        format_row(line, sizeof line, &list->at[i], hunt->result.done, title_width(list, 40));
        fprintf(stderr, "\n%.*s", columns, line);
        lines_shown++;
    }
    if (list->count > LIVE_ROWS) {
        fprintf(stderr, "\n  and %zu more", list->count - LIVE_ROWS);
        lines_shown++;
    }
}

void hunt_progress(struct hunt *hunt, bool clear)
{
    const char *term = getenv("TERM");
    if (!isatty(2) || (term && strcmp(term, "dumb") == 0))
        return;
    clear_lines();
    if (!clear) {
        print_progress(hunt);
        print_live(hunt);
    }
    fflush(stderr);
}

/* ---- the end ---- */

/* When all of n independent draws of a schedule pass, the chance p of one that fails is, with 95 %
 * confidence, at most that with (1 - p)^n = 0.05. */
double hunt_silence(uint64_t done)
{
    return 1 / -expm1(log(0.05) / (double)done);
}

void hunt_print_silence(FILE *stream, uint64_t done)
{
    char seeds[SEED_NUMBER_BYTES], schedules[SEED_NUMBER_BYTES];
    fprintf(stream, "0 of %s seed%s failed: fewer than 1 in %s schedules at 95 %%",
            seed_number(seeds, done), done == 1 ? "" : "s",
            seed_number(schedules, (uint64_t)hunt_silence(done)));
}

/* One program of several has its name before what is said of it. */
static void print_head(const struct hunt *hunt)
{
    fputs("reprise: ", stdout);
    if (hunt->go)
        printf("%s: ", hunt_subject(hunt));
}

static void print_effort(const struct hunt *hunt)
{
    const struct words *strategies = &hunt->result.plan.strategies;
    double seconds = hunt->result.seconds;
    fputs(" (", stdout);
    for (size_t i = 0; i < strategies->count; i++)
        printf("%s%s", i ? ", " : "", strategies->at[i]);
    printf("; %.3g s", seconds);
    if (seconds > 0 && hunt->result.done)
        printf(", %.3g seeds/s", (double)hunt->result.done / seconds);
    puts(")");
}

static void print_where(const struct hunt *hunt)
{
    if (hunt->unkept || !hunt->path[0])
        return;
    if (hunt->out)
        printf("  kept in %s; when all shards are done: reprise merge %s\n", hunt->path, hunt->out);
    else
        printf("  kept in %s; to put it into the database: reprise merge %s\n", hunt->path,
               hunt->path);
}

static void print_findings_end(const struct hunt *hunt)
{
    char done[SEED_NUMBER_BYTES];
    const struct hunt_result *result = &hunt->result;
    const struct found_list *list = &result->found;
    print_head(hunt);
    printf("%zu finding%s in ", list->count, list->count == 1 ? "" : "s");
    if (result->done) {
        printf("%s seed%s", seed_number(done, result->done), result->done == 1 ? "" : "s");
        print_effort(hunt);
    } else {
        puts("the first run, before any seed; to go on all the same: --keep-going or --all");
    }
    if (result->done && (list->count > 1 || result->plan.all))
        found_list_print(stdout, list, result->done);
    if (!list->count || !list->at[0].row.id)
        return;
    if (hunt_is_controlled(list->at[0].row.strategy)) /* else there is nothing to shrink */
        printf("  to see why it fails: reprise shrink F%" PRId64 "\n", list->at[0].row.id);
    else
        printf("  to see how often it comes back: reprise replay F%" PRId64 " --times 20\n",
               list->at[0].row.id);
}

void hunt_print_end(struct hunt *hunt)
{
    const struct hunt_result *result = &hunt->result;
    hunt_progress(hunt, true);
    if (hunt->interrupted)
        puts("reprise: interrupted");
    if (result->found.count) {
        print_findings_end(hunt);
    } else if (result->done) {
        print_head(hunt);
        hunt_print_silence(stdout, result->done);
        print_effort(hunt);
    } else {
        print_head(hunt);
        puts("no seed was tried to its end");
    }
    print_where(hunt);
    if (!result->found.count && !hunt->out)
        print_hunt_on(hunt);
    fflush(stdout);
}

void hunt_print_merged(const struct found_list *list, const struct hunt_plan *plan, uint64_t done,
                       unsigned shards)
{
    char seeds[SEED_NUMBER_BYTES];
    if (!list->count && !done) {
        printf("reprise: no seed was tried in %u shard%s\n", shards, shards == 1 ? "" : "s");
        return;
    }
    if (!list->count) {
        fputs("reprise: ", stdout);
        hunt_print_silence(stdout, done);
        printf(" (%u shard%s)\n", shards, shards == 1 ? "" : "s");
        return;
    }
    printf("reprise: %zu finding%s in %s seed%s of %u shard%s\n", list->count,
           list->count == 1 ? "" : "s", seed_number(seeds, done), done == 1 ? "" : "s", shards,
           shards == 1 ? "" : "s");
    found_list_print(stdout, list, done);
    fputs("  to play the first again: ", stdout);
    hunt_print_replay(stdout, plan, list->at[0].row.strategy, list->at[0].row.seed,
                      list->at[0].extra);
}
