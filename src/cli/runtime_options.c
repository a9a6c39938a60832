/* The options of the runtime, for reading. Their table is wire/options.def. */
#include "cli.h"
#include "wire/options.h"

#include <string.h>

const char *cli_option_default(const struct wire_option *option, char *buffer)
{
    if (option->type == WIRE_TYPE_STRING)
        return option->text;
    snprintf(buffer, 32, "%d", option->number);
    return buffer;
}

static void print_runtime_option(FILE *stream, const struct wire_option *option)
{
    char term[128], number[32], text[512];
    const char *fallback = cli_option_default(option, number);
    bool quote = strchr(fallback, ' ') || !*fallback;
    snprintf(term, sizeof term, "%s=%s%s%s", option->name, quote ? "'" : "", fallback,
             quote ? "'" : "");
    snprintf(text, sizeof text, "%s%s", option->help,
             option->use == WIRE_USE_ACCEPTED ? " (accepted, no effect)" : "");
    cli_print_row(stream, 2, 38, term, text);
}

void cli_print_runtime_options(FILE *stream)
{
    size_t count;
    const struct wire_option *rows = wire_options_table(&count);
    fputs("Options of the runtime, with their defaults. Set them in REPRISE_OPTIONS or\n"
          "TSAN_OPTIONS, as name=value separated by ':', or with reprise run --set.\n",
          stream);
    for (size_t i = 0; i < count; i++) {
        if (rows[i].name)
            print_runtime_option(stream, &rows[i]);
        else
            fprintf(stream, "\n%s:\n", rows[i].help);
    }
}

static void print_markdown_row(FILE *stream, const struct wire_option *option)
{
    char number[32];
    const char *fallback = cli_option_default(option, number);
    fprintf(stream, "| `%s` | ", option->name);
    if (*fallback)
        fprintf(stream, "`%s`", fallback);
    fprintf(stream, " | %s%s |\n", option->help,
            option->use == WIRE_USE_ACCEPTED ? " *(accepted, no effect)*" : "");
}

void cli_print_runtime_options_markdown(FILE *stream)
{
    size_t count;
    const struct wire_option *rows = wire_options_table(&count);
    fputs("# Options of the runtime\n\n"
          "Written by `reprise help --markdown options` from `src/wire/options.def`.\n\n"
          "Set them in `REPRISE_OPTIONS` or `TSAN_OPTIONS`, as `name=value` separated by colons, "
          "commas or\nspaces; a value may stand in single or double quotes. What "
          "`__tsan_default_options()` of the program\nreturns comes first, then `TSAN_OPTIONS`, "
          "then `REPRISE_OPTIONS`; the last word counts. `reprise run\n--set NAME=VALUE` adds to "
          "`REPRISE_OPTIONS`. A bool is 0, no, false or 1, yes, true. An option that is\nunknown "
          "or malformed gets one line on stderr and changes nothing.\n",
          stream);
    for (size_t i = 0; i < count; i++) {
        if (rows[i].name)
            print_markdown_row(stream, &rows[i]);
        else
            fprintf(stream, "\n## %s\n\n| option | default | meaning |\n|---|---|---|\n",
                    rows[i].help);
    }
}
