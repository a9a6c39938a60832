/* `reprise report`: what is in a sidecar, for reading. */
#include "cli.h"
#include "report/findings.h"

#include <string.h>

enum { OPTION_TEXT = 1, OPTION_JSON, OPTION_COLOR };

static void print_text(const struct findings *findings, struct symbols *symbols,
                       enum cli_color color)
{
    for (size_t i = 0; i < findings->count; i++) {
        if (i)
            putchar('\n');
        finding_print_text(stdout, &findings->at[i], i + 1, symbols, cli_use_color(stdout, color));
    }
    if (!findings->count)
        puts("no findings");
}

static int report(const char *path, bool json, enum cli_color color)
{
    struct symbols_settings settings = {0};
    struct findings findings;
    int error = findings_read(&findings, path, 0);
    if (error) {
        cli_error("report", "cannot read %s: %s", path, strerror(-error));
        return CLI_FAILURE;
    }
    if (findings.damaged && !findings.starts && !findings.count) {
        cli_error("report", "%s is no sidecar of reprise", path);
        findings_free(&findings);
        return CLI_FAILURE;
    }
    struct symbols *symbols = symbols_open(&settings);
    if (json)
        findings_print_json(stdout, &findings, symbols);
    else
        print_text(&findings, symbols, color);
    if (findings.damaged)
        cli_error("report", "%s: %zu lines are not findings, left out", path, findings.damaged);
    symbols_close(symbols);
    findings_free(&findings);
    return fflush(stdout) == 0 ? CLI_OK : CLI_FAILURE;
}

static int report_main(int argc, char **argv)
{
    struct cli_arguments arguments = {&cli_verb_report, argc, argv, 1, NULL};
    enum cli_color color = CLI_COLOR_AUTO;
    bool json = false;
    int id;
    while ((id = cli_next(&arguments)) > 0) {
        if (id == OPTION_COLOR && !cli_parse_color(arguments.value, &color)) {
            cli_error("report", "--color=%s is not auto, always or never", arguments.value);
            return CLI_USAGE;
        }
        if (id == OPTION_JSON || id == OPTION_TEXT)
            json = id == OPTION_JSON;
    }
    if (id != CLI_END)
        return id == CLI_HELP ? CLI_OK : CLI_USAGE;
    if (argc - arguments.next != 1) {
        cli_error("report", "give one sidecar file; see `reprise help report`");
        return CLI_USAGE;
    }
    return report(argv[arguments.next], json, color);
}

static const struct cli_option options[] = {
    {"text", 0, NULL, OPTION_TEXT, "a list for reading (the default)"},
    {"json", 0, NULL, OPTION_JSON, "one JSON array, with functions and lines"},
    {"color", 0, "WHEN", OPTION_COLOR, "auto (the default), always or never"},
    {0},
};

static const struct cli_row examples[] = {
    {"reprise report .reprise/run-1.jsonl", "read the findings of a run"},
    {0},
};

const struct cli_verb cli_verb_report = {
    .name = "report",
    .summary = "show the findings of a run",
    .synopsis = "[--text | --json] SIDECAR",
    .description =
        (const char *const[]){
            "Prints the findings in a sidecar file, each once, with functions and lines. The "
            "programs and libraries of that run must still be where they were.",
            NULL},
    .options = options,
    .examples = examples,
    .main = report_main,
};
