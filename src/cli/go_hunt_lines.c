#include "go_hunt.h"
#include "seed.h"

#include <stdlib.h>
#include <string.h>

static void print_word(FILE *stream, const char *word)
{
    putc(' ', stream);
    seed_print_word(stream, word);
}

static void print_pair(FILE *stream, const char *name, const char *value)
{
    fprintf(stream, " %s", name);
    seed_print_word(stream, value);
}

/* "reprise go test" with options of ours behind it. */
static void print_start(FILE *stream, const struct go_command *command)
{
    const char *go = getenv("REPRISE_GO");
    fprintf(stream, "reprise go %s", command->subcommand);
    if (command->directory) {
        fputs(" -C", stream);
        print_word(stream, command->directory);
    }
    if (command->go && !(go && strcmp(go, command->go) == 0))
        print_pair(stream, "--go=", command->go);
}

static void print_sets(FILE *stream, const struct go_command *command, const char *extra)
{
    if (extra)
        print_pair(stream, "--set=", extra);
    for (size_t i = 0; i < command->sets.count; i++)
        print_pair(stream, "--set=", command->sets.at[i]);
}

static bool is_run(const struct go_command *command, size_t i, struct go_flag_at *flag)
{
    return go_flag_at(command, i, flag) && strcmp(flag->name, "run") == 0;
}

/* Flags in their order, then the package, then the rest. With a test, -run is that. */
static void print_words(FILE *stream, const struct go_hunted *hunted, const char *test)
{
    const struct go_command *command = hunted->command;
    struct go_flag_at flag;
    if (command->overlay)
        print_pair(stream, "-overlay=", command->overlay);
    for (size_t i = 0; i < command->words.count; i++) {
        if (command->kinds[i] == GO_OPERAND || command->kinds[i] == GO_REST)
            continue;
        if (test && is_run(command, i, &flag))
            i += flag.words - 1;
        else
            print_word(stream, command->words.at[i]);
    }
    if (test)
        fprintf(stream, " -run '^%s$'", test);
    bool implied = strcmp(command->subcommand, "test") == 0 && hunted->operand &&
                   strcmp(hunted->operand, ".") == 0;
    if (hunted->operand && !implied)
        print_word(stream, hunted->operand);
    for (int rest = 0; rest < 2; rest++)
        for (size_t i = 0; i < command->words.count; i++)
            if (command->kinds[i] == GO_REST
                    ? rest == 1
                    : command->kinds[i] == GO_OPERAND && rest == 0 && !hunted->operand)
                print_word(stream, command->words.at[i]);
}

void go_print_replay(FILE *stream, const struct go_hunted *hunted, const char *strategy,
                     const char *seed, const char *extra, const char *test)
{
    print_start(stream, hunted->command);
    if (strcmp(strategy, "rr") != 0 && strcmp(strategy, "os") != 0)
        print_pair(stream, "--seed=", seed);
    if (strcmp(strategy, "random") != 0)
        print_pair(stream, "--strategy=", strategy);
    print_sets(stream, hunted->command, extra);
    print_words(stream, hunted, test);
}

void go_print_hunt(FILE *stream, const struct go_hunted *hunted, const char *options)
{
    print_start(stream, hunted->command);
    fprintf(stream, " --hunt%s", options);
    print_sets(stream, hunted->command, NULL);
    print_words(stream, hunted, NULL);
}

/* ---- one test alone ---- */

char **go_test_alone(const struct go_hunted *hunted, const char *test)
{
    struct words argv = {0}, run = {0};
    words_addf(&run, "-test.run=^%s$", test);
    words_add(&argv, hunted->argv.at[0]);
    words_add(&argv, run.at[0]);
    bool same = false;
    for (size_t i = 1; i < hunted->argv.count; i++) {
        same |= strcmp(hunted->argv.at[i], run.at[0]) == 0;
        if (strncmp(hunted->argv.at[i], "-test.run=", 10) != 0)
            words_add(&argv, hunted->argv.at[i]);
    }
    free(run.at);
    if (!same)
        return (char **)argv.at;
    free(argv.at);
    return NULL;
}
