/* `reprise explain`: a trace as a table of threads. */
#include "explain.h"
#include "cli.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { OPTION_HTML = 1, OPTION_ROWS, OPTION_COLOR };

struct options {
    const char *html;
    size_t rows;
    enum cli_color color;
};

int explain_read(const char *who, const char *path, struct trace *trace)
{
    int error = trace_read(trace, path);
    if (!error)
        return CLI_OK;
    cli_error(who, "%s: %s", path,
              error == -EINVAL   ? "is no trace; the runtime writes one with trace=FILE"
              : error == -EPROTO ? "is a trace of another version of reprise"
                                 : strerror(-error));
    return CLI_FAILURE;
}

/* The page is made in memory, so a file is only touched when there is something to put into it. */
int explain_write_html(const char *who, const char *path, const struct explain *explain,
                       const struct explain_page *page)
{
    char *text = NULL;
    size_t length = 0;
    FILE *memory = open_memstream(&text, &length);
    if (memory)
        explain_print_html(memory, explain, page);
    if (!memory || fclose(memory) != 0) {
        cli_error(who, "no memory for %s", path);
        free(text);
        return CLI_FAILURE;
    }
    FILE *file = fopen(path, "we");
    bool written = file && fwrite(text, 1, length, file) == length;
    if (file && fclose(file) != 0)
        written = false;
    if (!written)
        cli_error(who, "cannot write %s: %s", path, strerror(errno));
    free(text);
    return written ? CLI_OK : CLI_FAILURE;
}

static int explain(const char *path, const struct options *o)
{
    struct trace trace;
    int status = explain_read("explain", path, &trace);
    if (status)
        return status;
    struct symbols_settings settings = {0};
    struct symbols *symbols = symbols_open(&settings);
    struct explain table;
    explain_make(&table, &trace, symbols, &(struct explain_settings){.rows = o->rows});
    if (o->html)
        status =
            explain_write_html("explain", o->html, &table, &(struct explain_page){.title = path});
    else
        explain_print_text(stdout, &table, cli_columns(stdout), cli_use_color(stdout, o->color));
    explain_free(&table);
    symbols_close(symbols);
    trace_free(&trace);
    return fflush(stdout) == 0 ? status : CLI_FAILURE;
}

static int explain_main(int argc, char **argv)
{
    struct cli_arguments arguments = {&cli_verb_explain, argc, argv, 1, NULL};
    struct options o = {0};
    int id;
    while ((id = cli_next(&arguments)) > 0) {
        if (id == OPTION_HTML)
            o.html = arguments.value;
        if (id == OPTION_COLOR && !cli_parse_color(arguments.value, &o.color)) {
            cli_error("explain", "--color=%s is not auto, always or never", arguments.value);
            return CLI_USAGE;
        }
        if (id == OPTION_ROWS && (o.rows = (size_t)strtoul(arguments.value, NULL, 10)) - 5 > 995) {
            cli_error("explain", "--rows=%s is no number from 5 to 1000", arguments.value);
            return CLI_USAGE;
        }
    }
    if (id != CLI_END)
        return id == CLI_HELP ? CLI_OK : CLI_USAGE;
    if (argc - arguments.next != 1) {
        cli_error("explain", "give one trace file; see `reprise help explain`");
        return CLI_USAGE;
    }
    return explain(argv[arguments.next], &o);
}

static const struct cli_option options[] = {
    {"html", 0, "FILE", OPTION_HTML, "write one page of HTML instead"},
    {"rows", 0, "N", OPTION_ROWS, "show at most so many rows; default 40"},
    {"color", 0, "WHEN", OPTION_COLOR, "auto (the default), always or never"},
    {0},
};

static const struct cli_row examples[] = {
    {"reprise run --seed 7 --set trace=t.txt ./prog; reprise explain t.txt",
     "look at one run without shrinking it"},
    {0},
};

const struct cli_verb cli_verb_explain = {
    .name = "explain",
    .summary = "show a trace as a table, one column a thread",
    .synopsis = "[--html FILE] [--rows N] TRACE",
    .description =
        (const char *const[]){
            "Prints what the threads of one run did, from the trace that the runtime writes with "
            "trace=FILE: one column a thread, one row a step, as many rows as tell why it went as "
            "it did. `reprise shrink` makes such a trace of the run with the fewest switches and "
            "shows it in the same way.",
            NULL},
    .options = options,
    .examples = examples,
    .main = explain_main,
};
