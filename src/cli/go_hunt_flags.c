#include "cli.h"
#include "core/duration.h"
#include "go_flags.h"
#include "go_hunt.h"

#include <string.h>

bool go_flag_at(const struct go_command *command, size_t i, struct go_flag_at *at)
{
    const struct words *words = &command->words;
    bool testing = strcmp(command->subcommand, "test") == 0;
    const char *value;
    if (i >= words->count || command->kinds[i] == GO_OPERAND || command->kinds[i] == GO_REST)
        return false;
    const struct go_flag *flag = go_flag_find(words->at[i], testing, &value);
    *at = (struct go_flag_at){words->at[i], value, 1, command->kinds[i]};
    if (!flag)
        return true;
    at->name = flag->name;
    if (flag->value && !value && i + 1 < words->count) {
        at->value = words->at[i + 1];
        at->words = 2;
    }
    return true;
}

static bool is_among(const char *name, const char *const *names)
{
    for (; *names; names++)
        if (strcmp(name, *names) == 0)
            return true;
    return false;
}

/* They write files, of which each run would make its own; or they are no tests. */
int go_hunt_check_flags(const struct go_command *command)
{
    static const char *const refused[] = {
        "o",          "n",        "json",         "exec",         "list",
        "fuzz",       "fuzztime", "blockprofile", "coverprofile", "cpuprofile",
        "memprofile", "trace",    "mutexprofile", "outputdir",    NULL};
    struct go_flag_at flag;
    for (size_t i = 0; i < command->words.count; i++) {
        if (!go_flag_at(command, i, &flag))
            continue;
        i += flag.words - 1;
        if (!is_among(flag.name, refused))
            continue;
        cli_error("go", "--hunt makes many runs, and -%s is for one; leave it out", flag.name);
        return CLI_USAGE;
    }
    return 0;
}

static void add_build_flags(struct words *line, const struct go_command *command,
                            const char *const *left_out)
{
    struct go_flag_at flag;
    for (size_t i = 0; i < command->words.count; i++) {
        if (!go_flag_at(command, i, &flag))
            continue;
        if (flag.kind == GO_BUILD_FLAG && !is_among(flag.name, left_out)) {
            words_add(line, command->words.at[i]);
            if (flag.words == 2)
                words_add(line, flag.value);
        }
        i += flag.words - 1;
    }
}

void go_hunt_list_flags(struct words *line, const struct go_command *command)
{
    static const char *const left_out[] = {"a", "c", "i", "vet", "work", "x", NULL};
    add_build_flags(line, command, left_out);
}

void go_hunt_build_flags(struct words *line, const struct go_command *command)
{
    static const char *const left_out[] = {"c", "i", NULL};
    add_build_flags(line, command, left_out);
}

/* go test tells tests that os.Exit(0) in one of them is no success. Its own limit for them would be
 * a timer that waits for ever, with which nothing is a deadlock: ours is outside. */
static void add_test_flags(struct words *argv, const struct go_command *command)
{
    struct go_flag_at flag;
    words_add(argv, "-test.paniconexit0");
    for (size_t i = 0; i < command->words.count; i++) {
        if (!go_flag_at(command, i, &flag))
            continue;
        i += flag.words - 1;
        if (flag.kind != GO_TEST_FLAG || strcmp(flag.name, "timeout") == 0)
            continue;
        words_addf(argv, flag.value ? "-test.%s=%s" : "-test.%s", flag.name, flag.value);
    }
}

void go_hunt_arguments(struct words *argv, const struct go_command *command)
{
    bool testing = strcmp(command->subcommand, "test") == 0, rest = false;
    if (testing)
        add_test_flags(argv, command);
    for (size_t i = 0; i < command->words.count; i++) {
        const char *word = command->words.at[i];
        if (command->kinds[i] != GO_REST)
            continue;
        bool separator =
            strcmp(word, "-args") == 0 || strcmp(word, "--args") == 0 || strcmp(word, "--") == 0;
        if (testing && !rest && separator)
            rest = true;
        else
            words_add(argv, word);
    }
}

double go_hunt_timeout(const struct go_command *command)
{
    struct go_flag_at flag;
    int64_t ns = 0;
    for (size_t i = 0; i < command->words.count; i++) {
        if (!go_flag_at(command, i, &flag))
            continue;
        i += flag.words - 1;
        if (strcmp(flag.name, "timeout") == 0 && flag.value)
            core_duration_parse(flag.value, &ns);
    }
    return ns > 0 ? (double)ns / 1e9 : 0;
}
