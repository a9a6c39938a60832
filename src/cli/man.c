/* Manual pages as roff (man macros), from the same tables as the help. */
#include "cli.h"
#include "wire/options.h"

#include <ctype.h>
#include <string.h>

/* Backslashes and leading dots or quotes are commands to roff; '-' would become a hyphen that
 * cannot be pasted into a shell. */
static void put(FILE *stream, const char *text)
{
    if (*text == '.' || *text == '\'')
        fputs("\\&", stream);
    for (; *text; text++) {
        if (*text == '\\')
            fputs("\\e", stream);
        else if (*text == '-')
            fputs("\\-", stream);
        else if (*text == '\'')
            fputs("\\(aq", stream);
        else if (*text == '`')
            fputs("\\(ga", stream);
        else
            fputc(*text, stream);
    }
}

static void put_term(FILE *stream, const char *term, const char *text)
{
    fputs(".TP\n\\fB", stream);
    put(stream, term);
    fputs("\\fR\n", stream);
    put(stream, text);
    fputc('\n', stream);
}

static void put_rows(FILE *stream, const char *title, const struct cli_row *rows)
{
    if (!rows)
        return;
    fprintf(stream, ".SH %s\n", title);
    for (; rows->term; rows++)
        put_term(stream, rows->term, rows->text);
}

static void put_option(FILE *stream, const struct cli_option *option)
{
    char letter[8] = "";
    if (option->letter)
        snprintf(letter, sizeof letter, "-%c, ", option->letter);
    fputs(".TP\n\\fB", stream);
    put(stream, letter);
    put(stream, "--");
    put(stream, option->name);
    fputs("\\fR", stream);
    if (option->value) {
        fputs("=\\fI", stream);
        put(stream, option->value);
        fputs("\\fR", stream);
    }
    fputc('\n', stream);
    put(stream, option->help);
    fputc('\n', stream);
}

/* "reprise-cc"; `reprise` for the root. */
static void page_name(char *buffer, size_t size, const struct cli_verb *verb)
{
    snprintf(buffer, size, "reprise%s%s", verb->name ? "-" : "", verb->name ? verb->name : "");
}

static void put_head(FILE *stream, const struct cli_verb *verb)
{
    char name[64], upper[64];
    page_name(name, sizeof name, verb);
    for (size_t i = 0; i <= strlen(name); i++)
        upper[i] = (char)toupper((unsigned char)name[i]);
    fprintf(stream, ".TH %s 1 \"\" \"reprise %s\" \"User Commands\"\n.SH NAME\n", upper,
            REPRISE_VERSION);
    put(stream, name);
    fputs(" \\- ", stream);
    put(stream, verb->summary);
    fputs("\n.SH SYNOPSIS\n\\fBreprise", stream);
    if (verb->name) {
        fputc(' ', stream);
        put(stream, verb->name);
    }
    fputs("\\fR ", stream);
    put(stream, verb->synopsis);
    fputc('\n', stream);
}

static void put_description(FILE *stream, const struct cli_verb *verb)
{
    fputs(".SH DESCRIPTION\n", stream);
    for (const char *const *paragraph = verb->description; *paragraph; paragraph++) {
        if (paragraph != verb->description)
            fputs(".PP\n", stream);
        put(stream, *paragraph);
        fputc('\n', stream);
    }
    if (verb != &cli_root)
        return;
    fputs(".SH VERBS\n", stream);
    for (const struct cli_verb *const *row = cli_verbs; *row; row++)
        put_term(stream, (*row)->name, (*row)->summary);
}

static void put_options(FILE *stream, const struct cli_verb *verb)
{
    static const struct cli_option help = {"help", 'h', NULL, 0, "explain the verb and end"};
    fputs(".SH OPTIONS\n", stream);
    for (const struct cli_option *row = verb->options; row && row->name; row++)
        put_option(stream, row);
    put_option(stream, &help);
}

static void put_runtime_option(FILE *stream, const struct wire_option *option)
{
    static const char *const types[] = {"0 or 1", "number", "0, 1 or 2", "text"};
    char number[32];
    fputs(".TP\n\\fB", stream);
    put(stream, option->name);
    fputs("\\fR=", stream);
    put(stream, cli_option_default(option, number));
    fprintf(stream, " (%s", types[option->type]);
    if (option->type == WIRE_TYPE_INT && option->max < 100000)
        fprintf(stream, ", %d to %d", option->min, option->max);
    fputs(option->use == WIRE_USE_ACCEPTED ? "; accepted, no effect)\n" : ")\n", stream);
    put(stream, option->help);
    fputc('\n', stream);
}

static void put_runtime_options(FILE *stream)
{
    size_t count;
    const struct wire_option *rows = wire_options_table(&count);
    fputs(".SH RUNTIME OPTIONS\nSet in \\fBREPRISE_OPTIONS\\fR or \\fBTSAN_OPTIONS\\fR as "
          "name=value, separated by colons, commas or spaces; a value may stand in quotes. The "
          "defaults are shown. An option that is unknown or malformed gets one line on stderr "
          "and changes nothing.\n",
          stream);
    for (size_t i = 0; i < count; i++) {
        if (rows[i].name) {
            put_runtime_option(stream, &rows[i]);
        } else {
            fputs(".SS ", stream);
            put(stream, rows[i].help);
            fputc('\n', stream);
        }
    }
}

static void put_see_also(FILE *stream, const struct cli_verb *verb)
{
    static const char *const pages[] = {"reprise", "reprise-cc", "reprise-run", NULL};
    char name[64];
    const char *separator = "";
    page_name(name, sizeof name, verb);
    fputs(".SH SEE ALSO\n", stream);
    for (const char *const *page = pages; *page; page++) {
        if (strcmp(*page, name) == 0)
            continue;
        fprintf(stream, "%s\\fB", separator);
        put(stream, *page);
        fputs("\\fR(1)", stream);
        separator = ",\n";
    }
    fputc('\n', stream);
}

void cli_print_man(FILE *stream, const struct cli_verb *verb)
{
    put_head(stream, verb);
    put_description(stream, verb);
    put_options(stream, verb);
    if (verb->runtime_options)
        put_runtime_options(stream);
    put_rows(stream, "ENVIRONMENT", verb->environment);
    put_rows(stream, "EXIT STATUS", verb->statuses);
    put_rows(stream, "FILES", verb->files);
    put_rows(stream, "EXAMPLES", verb->examples);
    put_see_also(stream, verb);
}
