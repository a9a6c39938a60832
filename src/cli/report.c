/* `reprise report`: what is in a sidecar, for reading. */
#include "cli.h"
#include "report/findings.h"

#include <dirent.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#define DIRECTORY ".reprise"

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

static bool is_sidecar(const char *name)
{
    size_t length = strlen(name);
    return length > 6 && strcmp(name + length - 6, ".jsonl") == 0;
}

static bool is_later(const struct timespec *a, const struct timespec *b)
{
    return a->tv_sec != b->tv_sec ? a->tv_sec > b->tv_sec : a->tv_nsec > b->tv_nsec;
}

/* The sidecar that was written last, in `path`. */
static bool find_newest(char *path, size_t size)
{
    char name[PATH_MAX];
    struct timespec newest = {0};
    bool found = false;
    DIR *directory = opendir(DIRECTORY);
    for (struct dirent *entry; directory && (entry = readdir(directory));) {
        struct stat status;
        cli_join(name, sizeof name, DIRECTORY, entry->d_name);
        if (!is_sidecar(entry->d_name) || stat(name, &status) != 0 || !S_ISREG(status.st_mode) ||
            (found && !is_later(&status.st_mtim, &newest)))
            continue;
        newest = status.st_mtim;
        snprintf(path, size, "%s", name);
        found = true;
    }
    if (directory)
        closedir(directory);
    return found;
}

static int report_newest(bool json, enum cli_color color)
{
    char path[PATH_MAX];
    if (!find_newest(path, sizeof path)) {
        cli_error("report", "there are no findings in " DIRECTORY "/; give a sidecar file");
        return CLI_USAGE;
    }
    return report(path, json, color);
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
    if (argc == arguments.next)
        return report_newest(json, color);
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
    {"reprise report", "read the findings of the last run here"},
    {"reprise report .reprise/run-1.jsonl", "read those of another run"},
    {0},
};

const struct cli_verb cli_verb_report = {
    .name = "report",
    .summary = "show the findings of a run",
    .synopsis = "[--text | --json] [SIDECAR]",
    .description =
        (const char *const[]){
            "Prints the findings in a sidecar file, each once, with functions and lines. Without a "
            "file it takes the newest in .reprise/. The programs and libraries of that run must "
            "still be where they were.",
            NULL},
    .options = options,
    .examples = examples,
    .main = report_main,
};
