/* What `reprise shrink` says at its end: the second line, the table, the page, the line to type. */
#include "explain.h"
#include "seed.h"
#include "shrink.h"

#include <stdlib.h>
#include <string.h>

static void print_switches(FILE *stream, uint32_t count)
{
    fprintf(stream, "%u switch%s", count, count == 1 ? "" : "es");
}

static void print_summary(FILE *stream, const struct shrink *shrink)
{
    fprintf(stream, "%u -> ", shrink->before);
    print_switches(stream, shrink->count);
    fprintf(stream, ", %ld runs; ", shrink->runs);
    if (!shrink->minimal)
        fprintf(stream, "%s, so fewer may do",
                shrink->interrupted ? "interrupted" : "the budget was spent");
    else if (shrink->count == 0)
        fputs("it fails when nobody is interrupted", stream);
    else
        fputs(shrink->count == 1 ? "without it this does not happen"
                                 : "without any one of them this does not happen",
              stream);
}

/* " --set ... -- PROGRAM ARGUMENT...", the end of a line to type. */
static void print_program(FILE *stream, const struct replay *replay)
{
    for (size_t i = 0; i < replay->sets.count; i++) {
        fputs(" --set ", stream);
        seed_print_word(stream, replay->sets.at[i]);
    }
    fputs(" --", stream);
    for (char **word = replay->argv; *word; word++) {
        putc(' ', stream);
        seed_print_word(stream, *word);
    }
}

static void print_replay(FILE *stream, const struct shrink_command *c)
{
    seed_print_replay(stream, c->last.schedule, NULL, NULL);
    print_program(stream, &c->shrink.replay);
}

/* What a function prints, as text. To be freed. */
static char *printed(void (*print)(FILE *, const struct shrink_command *),
                     const struct shrink_command *c)
{
    char *text = NULL;
    size_t length;
    FILE *memory = open_memstream(&text, &length);
    if (!memory)
        abort();
    print(memory, c);
    if (fclose(memory) != 0)
        abort();
    return text;
}

static void write_program(FILE *stream, const struct shrink_command *c)
{
    for (char **word = c->shrink.replay.argv; *word; word++) {
        if (word != c->shrink.replay.argv)
            putc(' ', stream);
        seed_print_word(stream, *word);
    }
}

static void write_summary(FILE *stream, const struct shrink_command *c)
{
    print_summary(stream, &c->shrink);
}

static void write_report(FILE *stream, const struct shrink_command *c)
{
    json_t *object = c->shrink.report ? json_loads(c->shrink.report, 0, NULL) : NULL;
    struct finding finding = {object, 1};
    struct symbols_settings settings = {0};
    struct symbols *symbols = symbols_open(&settings);
    if (object)
        finding_print_text(stream, &finding, 1, symbols, false);
    symbols_close(symbols);
    json_decref(object);
}

static int write_page(const struct shrink_command *c, const struct explain *explain)
{
    char *program = printed(write_program, c), *summary = printed(write_summary, c);
    char *replay = printed(print_replay, c), *report = printed(write_report, c);
    int status = explain_write_html("shrink", c->html, explain,
                                    &(struct explain_page){.title = c->shrink.title,
                                                           .program = program,
                                                           .summary = summary,
                                                           .replay = replay,
                                                           .schedule = c->last.schedule,
                                                           .report = report});
    free(program);
    free(summary);
    free(replay);
    free(report);
    return status;
}

void shrink_keep(const struct shrink_command *c)
{
    const struct store_finding *finding = &c->shrink.replay.finding;
    int error;
    if (!finding->signature || !finding->id)
        return;
    struct store *store = store_open(STORE_FILE, false, &error);
    if (!store)
        cli_error("shrink", "not kept: %s", store_last_message());
    else if (store_set_shrunk(store, finding->id, c->last.schedule))
        cli_error("shrink", "not kept: %s", store_message(store));
    store_close(store);
}

/* The number that the finding has in the last run; 0: it is none of the detector. */
static unsigned finding_number(const struct shrink_command *c)
{
    const struct findings *findings = &c->last.findings;
    for (size_t i = 0; i < findings->count; i++)
        if (strcmp(finding_string(findings->at[i].object, "signature", ""), c->shrink.goal) == 0)
            return (unsigned)json_integer_value(json_object_get(findings->at[i].object, "n"));
    return 0;
}

static int explain_it(const struct shrink_command *c, bool color)
{
    struct trace trace;
    struct explain explain;
    struct symbols_settings settings = {0};
    struct core_schedule made = {0};
    int status = explain_read("shrink", c->trace, &trace);
    if (status)
        return status;
    made.items = calloc((size_t)core_schedule_count(c->last.schedule) + 1, sizeof *made.items);
    if (!made.items || core_schedule_decode(&made, c->last.schedule))
        abort();
    struct symbols *symbols = symbols_open(&settings);
    explain_make(&explain, &trace, symbols,
                 &(struct explain_settings){.rows = (size_t)c->rows,
                                            .schedule = &made,
                                            .verdict = c->shrink.title,
                                            .finding = finding_number(c)});
    explain_print_text(stdout, &explain, cli_columns(stdout), color);
    if (c->html)
        status = write_page(c, &explain);
    explain_free(&explain);
    symbols_close(symbols);
    trace_free(&trace);
    free(made.items);
    return status;
}

int shrink_tell(const struct shrink_command *c)
{
    bool color = cli_use_color(stdout, c->color);
    printf("%s%s%s\n", color ? "\033[1m" : "", c->shrink.title, color ? "\033[m" : "");
    print_summary(stdout, &c->shrink);
    fputs("\n\n", stdout);
    int status = explain_it(c, color);
    if (c->shrink.inexact)
        printf("\n  note: something came from outside at a time of its own, so it may not come "
               "back each time\n");
    if (c->html && !status)
        printf("\nthe same as a page: %s", c->html);
    fputs("\nto play it again: ", stdout);
    print_replay(stdout, c);
    putchar('\n');
    return fflush(stdout) == 0 ? status : CLI_FAILURE;
}

int shrink_tell_interrupted(const struct shrink *shrink)
{
    char *text = shrink_encode(shrink, shrink->kept, shrink->count);
    cli_error("shrink",
              "interrupted after %ld runs; these %u of %u switches are enough:", shrink->runs,
              shrink->count, shrink->before);
    fputs("  reprise shrink ", stderr);
    fputs(text, stderr);
    if (shrink->check) {
        fputs(" --check ", stderr);
        seed_print_word(stderr, shrink->check);
    }
    print_program(stderr, &shrink->replay);
    putc('\n', stderr);
    free(text);
    return 130; /* as a shell has it for ^C */
}
