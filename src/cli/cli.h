/* The frame of the command: verbs as data.
 *
 * A verb is one file that defines one `struct cli_verb`. The parser of its options, its help,
 * its man page and the list in `reprise help` are all made from that struct, so what is
 * documented is what is accepted. verbs.c lists the verbs and is the only place to add one.
 *
 * Everything here runs in the main thread of the command. Verbs return the exit status and
 * never call exit(); messages go to stderr through cli_error() and cli_note().
 */
#ifndef REPRISE_CLI_CLI_H
#define REPRISE_CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Exit statuses of the command itself. A verb that runs a program returns the program's. */
enum cli_status {
    CLI_OK = 0,
    CLI_USAGE = 2,
    CLI_FAILURE = 125, /* ours: no memory, unreadable file, missing runtime */
    CLI_CANNOT_EXEC = 126,
    CLI_NOT_FOUND = 127,
};

/* One option. `name` is without dashes; `value` names its argument in the help, NULL for a
 * flag; `id` is what cli_next() returns. A list ends with a row whose name is NULL. */
struct cli_option {
    const char *name;
    char letter; /* 0: none */
    const char *value;
    int id; /* > 0 */
    const char *help;
};

/* A row of any two-column section: exit statuses, files, environment, examples. Ends with a
 * row whose term is NULL. */
struct cli_row {
    const char *term, *text;
};

struct cli_verb {
    const char *name;
    const char *summary;            /* half a sentence for the list of verbs */
    const char *synopsis;           /* what follows `reprise NAME` */
    const char *const *description; /* paragraphs, NULL at the end */
    const struct cli_option *options;
    const struct cli_row *statuses, *environment, *files, *examples; /* each may be NULL */
    bool runtime_options; /* the man page lists the runtime's options, too */
    bool plumbing;        /* for programs, not for people: left out of the short list */
    int (*main)(int argc, char **argv); /* argv[0] is the verb; ends with NULL */
};

/* ---- verbs.c ---- */

extern const struct cli_verb *const cli_verbs[]; /* NULL at the end */
extern const struct cli_verb cli_verb_cc, cli_verb_cxx, cli_verb_run, cli_verb_replay,
    cli_verb_hunt, cli_verb_merge, cli_verb_report, cli_verb_symbolize, cli_verb_help,
    cli_verb_explain, cli_verb_shrink, cli_verb_go;
const struct cli_verb *cli_find_verb(const char *name);

/* `reprise` itself, as the root of the help and the man pages. Its main is NULL. */
extern const struct cli_verb cli_root;

/* ---- arguments.c ---- */

enum { CLI_END = 0, CLI_BAD = -1, CLI_HELP = -2 };

/* Walks argv of a verb. Set argc, argv, next = 1; then call cli_next() until it returns <= 0. */
struct cli_arguments {
    const struct cli_verb *verb;
    int argc;
    char **argv;
    int next;          /* after CLI_END: the first operand */
    const char *value; /* of the option just returned */
};

/* The id of the next option. CLI_END at the first operand or behind `--`. CLI_BAD after an
 * error, which has been printed: return CLI_USAGE. CLI_HELP after --help, which has been
 * answered: return CLI_OK. Accepts --name=value, --name value, -n value and -nvalue. */
int cli_next(struct cli_arguments *arguments);

/* ---- terminal.c ---- */

/* One line on stderr: "reprise WHO: ...". WHO may be NULL. */
void cli_error(const char *who, const char *format, ...) __attribute__((format(printf, 2, 3)));

enum cli_color { CLI_COLOR_AUTO, CLI_COLOR_ALWAYS, CLI_COLOR_NEVER };

/* "auto", "always" or "never"; returns false for anything else. */
bool cli_parse_color(const char *word, enum cli_color *color);

/* Whether to colour what goes to `stream`. AUTO: a terminal, no NO_COLOR, TERM not "dumb". */
bool cli_use_color(FILE *stream, enum cli_color color);

/* Width to wrap at: COLUMNS, the terminal's, or 80; between 40 and 120. */
int cli_columns(FILE *stream);

/* Prints `term` at `indent`, and `text` wrapped in a column of its own at `column`. A term that
 * reaches into the column gets a line for itself. */
void cli_print_row(FILE *stream, int indent, int column, const char *term, const char *text);

/* ---- help.c, man.c, runtime_options.c ---- */

void cli_print_help(FILE *stream, const struct cli_verb *verb);
void cli_print_man(FILE *stream, const struct cli_verb *verb);

/* The options of the runtime, grouped, as in options.def: for the terminal, and as docs/options.md
 * has them. */
void cli_print_runtime_options(FILE *stream);
void cli_print_runtime_options_markdown(FILE *stream);

/* Default of a runtime option as text; `buffer` of 32 bytes may be used for it. */
struct wire_option;
const char *cli_option_default(const struct wire_option *option, char *buffer);

/* ---- where.c ---- */

/* Path of this very command. Static memory; "reprise" when /proc is missing. */
const char *cli_self(void);

/* Directory of the runtime (libreprise.a ...): beside the command in a build tree, else where
 * it was installed. Static memory, "" when there is none. */
const char *cli_runtime_dir(void);

/* Joins into `buffer` of `size` bytes and returns it; cut off when too long. */
char *cli_join(char *buffer, size_t size, const char *directory, const char *name);

/* Removes a directory of files, which has no directories in it. */
void cli_remove_directory(const char *path);

/* Finds an executable as the shell does; returns false when there is none. A name with a slash
 * is taken as it is. */
bool cli_find_program(const char *name, char *path, size_t size);

#endif
