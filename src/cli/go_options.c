/* The command line of `reprise go`: what is go's stays, in its order; what is ours is taken out. */
#include "cli.h"
#include "go.h"
#include "go_flags.h"
#include "seed.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Where we are behind the subcommand. */
struct reader {
    struct go_command *command;
    struct cli_arguments arguments;
    bool testing, running; /* go test, go run */
    bool listed;  /* the list of packages began, or a flag that go test doesn't know came */
    bool listing; /* the word before this one was a package */
    bool expects; /* the word before was an unknown flag, of which this may be the value */
};

static void keep(struct go_command *command, const char *word, enum go_word kind)
{
    words_add(&command->words, word);
    command->kinds = realloc(command->kinds, command->words.count * sizeof *command->kinds);
    if (!command->kinds)
        abort();
    command->kinds[command->words.count - 1] = kind;
}

/* ---- ours ---- */

/* The child may run elsewhere: -C, and each test runs in the directory of its package. */
static int add_file(struct go_command *command, const char *name, const char *path)
{
    char here[PATH_MAX], full[PATH_MAX * 2];
    if (path[0] == '/' || !getcwd(here, sizeof here))
        return target_set(&command->settings, "go", name, path);
    return target_set(&command->settings, "go", name, cli_join(full, sizeof full, here, path));
}

static void add_hunt(struct go_command *command, const char *name, const char *value)
{
    if (value)
        words_addf(&command->hunt_options, "--%s=%s", name, value);
    else
        words_addf(&command->hunt_options, "--%s", name);
}

static int apply(struct go_command *command, int id, const char *value)
{
    switch (id) {
    case GO_OPTION_GO:
        command->go = value;
        return 0;
    case GO_OPTION_SEED:
        command->seed = value;
        return seed_check("go", value);
    case GO_OPTION_STRATEGY:
        command->strategy = value;
        return 0;
    case GO_OPTION_SET:
        words_add(&command->sets, value);
        return target_set_assignment(&command->settings, "go", value);
    case GO_OPTION_SIDECAR:
        return add_file(command, "sidecar", value);
    case GO_OPTION_HUNT:
        command->hunt = true;
        return 0;
    default:
        add_hunt(command, go_option_name(id), value);
        return 0;
    }
}

/* Is the word an option of ours? Go reads one dash and two alike, so a name that go knows is go's.
 */
static bool is_ours(const char *word)
{
    if (strncmp(word, "--", 2) != 0)
        return false;
    size_t length = strcspn(word + 2, "=");
    for (const struct cli_option *row = cli_verb_go.options; row->name; row++)
        if (strncmp(row->name, word + 2, length) == 0 && !row->name[length])
            return true;
    return false;
}

static int take_ours(struct reader *reader)
{
    int id = cli_next(&reader->arguments);
    return id > 0 ? apply(reader->command, id, reader->arguments.value) : CLI_USAGE;
}

/* ---- go's ---- */

static bool is_false(const char *value)
{
    static const char *const words[] = {"0", "f", "F", "false", "FALSE", "False"};
    for (size_t i = 0; value && i < sizeof words / sizeof words[0]; i++)
        if (strcmp(value, words[i]) == 0)
            return true;
    return false;
}

/* What we must know of it. Returns an exit status, or 0. */
static int note(struct go_command *command, const struct go_flag *flag, const char *value)
{
    bool on = !is_false(value);
    if (strcmp(flag->name, "o") == 0)
        command->output = value;
    else if (strcmp(flag->name, "overlay") == 0)
        command->overlay = value;
    else if (strcmp(flag->name, "c") == 0)
        command->compile_only = on;
    else if (strcmp(flag->name, "count") == 0)
        command->counted = true;
    else if (strcmp(flag->name, "json") == 0)
        command->json = on;
    else if (strcmp(flag->name, "n") == 0)
        command->dry = on;
    else if (strcmp(flag->name, "race") == 0 && !on) {
        cli_error("go", "-race=false: reprise go is there to build with -race; without it: go %s",
                  command->subcommand);
        return CLI_USAGE;
    }
    return 0;
}

static int take_known(struct reader *reader, const struct go_flag *flag, const char *value)
{
    struct cli_arguments *arguments = &reader->arguments;
    const char *word = arguments->argv[arguments->next++], *next = NULL;
    if (flag->value && !value && arguments->next < arguments->argc)
        value = next = arguments->argv[arguments->next++];
    reader->listing = reader->expects = false;
    if (strcmp(flag->name, "overlay") == 0 && value) /* merged into ours */
        return note(reader->command, flag, value);
    if (strcmp(flag->name, "C") == 0 && value && !reader->command->words.count &&
        !reader->command->directory) {
        reader->command->directory = value;
        return 0;
    }
    enum go_word kind = reader->testing && flag->test ? GO_TEST_FLAG : GO_BUILD_FLAG;
    keep(reader->command, word, kind);
    if (next)
        keep(reader->command, next, kind);
    return note(reader->command, flag, value);
}

static void keep_rest(struct reader *reader)
{
    struct cli_arguments *arguments = &reader->arguments;
    while (arguments->next < arguments->argc)
        keep(reader->command, arguments->argv[arguments->next++], GO_REST);
}

static bool ends_in_go(const char *word)
{
    size_t length = strlen(word);
    return length > 3 && strcmp(word + length - 3, ".go") == 0;
}

/* go run takes one package, or files, and the rest is for the program. */
static void take_what_runs(struct reader *reader)
{
    struct cli_arguments *arguments = &reader->arguments;
    bool files = ends_in_go(arguments->argv[arguments->next]);
    do
        keep(reader->command, arguments->argv[arguments->next++], GO_OPERAND);
    while (files && arguments->next < arguments->argc &&
           ends_in_go(arguments->argv[arguments->next]));
    keep_rest(reader);
}

/* As go test has it: the packages stand together; a word behind them that is no flag begins what
 * is for the test, unless it may be the value of a flag that go doesn't know. */
static void take_operand(struct reader *reader, const char *word)
{
    if (reader->running) {
        take_what_runs(reader);
    } else if (reader->testing && (strcmp(word, "--") == 0 ||
                                   (reader->listed && !reader->listing && !reader->expects))) {
        keep_rest(reader);
    } else {
        bool value = reader->testing && reader->listed && !reader->listing;
        keep(reader->command, word, value ? GO_REST : GO_OPERAND);
        reader->arguments.next++;
        reader->listed = true;
        reader->listing = !value;
        reader->expects = false;
    }
}

static void take_unknown(struct reader *reader, const char *word)
{
    if (reader->testing && (strcmp(word, "-args") == 0 || strcmp(word, "--args") == 0)) {
        keep_rest(reader);
        return;
    }
    keep(reader->command, word, reader->testing ? GO_REST : GO_BUILD_FLAG);
    reader->arguments.next++;
    reader->listed = true;
    reader->listing = false;
    reader->expects = !strchr(word, '=');
}

static int take_word(struct reader *reader)
{
    const char *word = reader->arguments.argv[reader->arguments.next], *value;
    if (is_ours(word))
        return take_ours(reader);
    const struct go_flag *flag = go_flag_find(word, reader->testing, &value);
    if (flag)
        return take_known(reader, flag, value);
    if (go_flag_is(word))
        take_unknown(reader, word);
    else
        take_operand(reader, word);
    return 0;
}

/* ---- the whole ---- */

/* Options of ours and -C may stand before the subcommand. 0, or an exit status; CLI_HELP. */
static int read_head(struct reader *reader)
{
    struct cli_arguments *arguments = &reader->arguments;
    while (arguments->next < arguments->argc) {
        const char *word = arguments->argv[arguments->next];
        bool separate = strcmp(word, "-C") == 0 && arguments->next + 1 < arguments->argc;
        if (separate || strncmp(word, "-C=", 3) == 0) {
            reader->command->directory = separate ? arguments->argv[arguments->next + 1] : word + 3;
            arguments->next += separate ? 2 : 1;
            continue;
        }
        int id = cli_next(arguments);
        if (id <= 0)
            return id == CLI_BAD ? CLI_USAGE : id;
        int status = apply(reader->command, id, arguments->value);
        if (status)
            return status;
    }
    return 0;
}

static bool builds(const char *subcommand)
{
    static const char *const names[] = {"build", "install", "run", "test"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(names[i], subcommand) == 0)
            return true;
    return false;
}

static int bad(const char *format, const char *what)
{
    cli_error("go", format, what);
    return CLI_USAGE;
}

/* Ours that don't go together. */
static int settle(struct go_command *command)
{
    bool runs = command->builds && strcmp(command->subcommand, "build") != 0 &&
                strcmp(command->subcommand, "install") != 0 && !command->compile_only;
    struct core_strategy_config config = {0};
    if (!runs && (command->seed || command->strategy || command->settings.count || command->hunt ||
                  command->hunt_options.count))
        return bad("nothing is run by go %s, so only --go goes with it; a program that it built "
                   "takes the rest from reprise run and reprise hunt",
                   command->compile_only ? "test -c" : command->subcommand);
    if (command->hunt_options.count && !command->hunt)
        return bad("%s is for --hunt", command->hunt_options.at[0]);
    if (command->hunt)
        return command->seed ? bad("--hunt chooses the seeds itself%s", "; leave --seed out") : 0;
    if (command->strategy && seed_check_strategy("go", command->strategy, &config))
        return CLI_USAGE;
    if (config.kind == CORE_STRATEGY_LIST)
        return bad("--strategy %s plays a schedule: build with -c and use reprise replay",
                   command->strategy);
    if (command->strategy && !command->seed && config.kind != CORE_STRATEGY_OS &&
        config.kind != CORE_STRATEGY_RR)
        return bad("--strategy %s needs a --seed, or --hunt", command->strategy);
    int status = command->seed ? target_set(&command->settings, "go", "seed", command->seed) : 0;
    if (!status && command->strategy)
        status = target_set(&command->settings, "go", "strategy", command->strategy);
    return status;
}

int go_read_command(struct go_command *command, int argc, char **argv)
{
    struct reader reader = {.command = command, .arguments = {&cli_verb_go, argc, argv, 1, NULL}};
    const char *go = getenv("REPRISE_GO");
    command->go = go && *go ? go : NULL;
    int status = read_head(&reader);
    if (status || reader.arguments.next >= argc)
        return status;
    command->subcommand = argv[reader.arguments.next++];
    command->builds = builds(command->subcommand);
    reader.testing = strcmp(command->subcommand, "test") == 0;
    reader.running = strcmp(command->subcommand, "run") == 0;
    while (!status && command->builds && reader.arguments.next < argc)
        status = take_word(&reader);
    if (!command->builds)
        keep_rest(&reader);
    return status ? status : settle(command);
}
