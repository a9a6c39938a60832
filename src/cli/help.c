/* Help on the terminal, and the verb `help` itself. */
#include "cli.h"

#include <string.h>

#define TERM_COLUMN 28

static void print_title(FILE *stream, const char *title)
{
    bool color = cli_use_color(stream, CLI_COLOR_AUTO);
    fprintf(stream, "\n%s%s:%s\n", color ? "\033[1m" : "", title, color ? "\033[m" : "");
}

static void option_term(char *buffer, size_t size, const struct cli_option *option)
{
    char letter[8] = "    ";
    if (option->letter)
        snprintf(letter, sizeof letter, "-%c, ", option->letter);
    snprintf(buffer, size, "%s--%s%s%s", letter, option->name, option->value ? "=" : "",
             option->value ? option->value : "");
}

static void print_options(FILE *stream, const struct cli_option *options)
{
    char term[80];
    if (!options || !options->name)
        return;
    print_title(stream, "Options");
    for (; options->name; options++) {
        option_term(term, sizeof term, options);
        cli_print_row(stream, 2, TERM_COLUMN, term, options->help);
    }
}

static void print_rows(FILE *stream, const char *title, const struct cli_row *rows)
{
    if (!rows)
        return;
    print_title(stream, title);
    for (; rows->term; rows++)
        cli_print_row(stream, 2, TERM_COLUMN, rows->term, rows->text);
}

static void print_verbs(FILE *stream)
{
    print_title(stream, "Verbs");
    for (const struct cli_verb *const *verb = cli_verbs; *verb; verb++)
        if (!(*verb)->plumbing)
            cli_print_row(stream, 2, 14, (*verb)->name, (*verb)->summary);
}

void cli_print_help(FILE *stream, const struct cli_verb *verb)
{
    fprintf(stream, "Usage: reprise%s%s %s\n", verb->name ? " " : "", verb->name ? verb->name : "",
            verb->synopsis);
    for (const char *const *paragraph = verb->description; *paragraph; paragraph++) {
        fputc('\n', stream);
        cli_print_row(stream, 0, 0, "", *paragraph);
    }
    if (verb == &cli_root)
        print_verbs(stream);
    print_options(stream, verb->options);
    print_rows(stream, "Environment", verb->environment);
    print_rows(stream, "Exit status", verb->statuses);
    print_rows(stream, "Files", verb->files);
    print_rows(stream, "Examples", verb->examples);
    if (verb->runtime_options)
        fputs("\nThe options of the runtime: reprise help options\n", stream);
}

/* ---- the verb ---- */

enum { OPTION_MAN = 1, OPTION_MARKDOWN };

static int explain_options(bool markdown)
{
    if (markdown)
        cli_print_runtime_options_markdown(stdout);
    else
        cli_print_runtime_options(stdout);
    return CLI_OK;
}

static int help_main(int argc, char **argv)
{
    struct cli_arguments arguments = {&cli_verb_help, argc, argv, 1, NULL};
    bool man = false, markdown = false;
    int id;
    while ((id = cli_next(&arguments)) > 0) {
        man = man || id == OPTION_MAN;
        markdown = markdown || id == OPTION_MARKDOWN;
    }
    if (id != CLI_END)
        return id == CLI_HELP ? CLI_OK : CLI_USAGE;
    const char *topic = argv[arguments.next];
    if (topic && strcmp(topic, "options") == 0)
        return explain_options(markdown);
    const struct cli_verb *verb = topic ? cli_find_verb(topic) : &cli_root;
    if (!verb) {
        cli_error("help", "no verb '%s'; see `reprise help`", topic);
        return CLI_USAGE;
    }
    if (man)
        cli_print_man(stdout, verb);
    else
        cli_print_help(stdout, verb);
    return CLI_OK;
}

static const struct cli_option options[] = {
    {"man", 0, NULL, OPTION_MAN,
     "print the manual page as roff: reprise help --man run | man -l -"},
    {"markdown", 0, NULL, OPTION_MARKDOWN, "print the runtime options as docs/options.md has them"},
    {0},
};

const struct cli_verb cli_verb_help = {
    .name = "help",
    .summary = "explain a verb, or list the runtime options",
    .synopsis = "[--man | --markdown] [VERB | options]",
    .description =
        (const char *const[]){
            "Explains a verb. With `options` it lists the options of the runtime.", NULL},
    .options = options,
    .main = help_main,
};
