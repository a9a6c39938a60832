#include "cli.h"

#include <string.h>

static const struct cli_option *find_long(const struct cli_option *options, const char *name,
                                          size_t length)
{
    for (; options && options->name; options++)
        if (strncmp(options->name, name, length) == 0 && !options->name[length])
            return options;
    return NULL;
}

static const struct cli_option *find_letter(const struct cli_option *options, char letter)
{
    for (; options && options->name; options++)
        if (options->letter == letter)
            return options;
    return NULL;
}

static int bad(const struct cli_arguments *arguments, const char *word, const char *problem)
{
    const char *verb = arguments->verb->name;
    cli_error(verb, "%s %s; see `reprise help%s%s`", word, problem, verb ? " " : "",
              verb ? verb : "");
    return CLI_BAD;
}

/* `joined` is the value written in the same word, NULL when there is none. */
static int take(struct cli_arguments *arguments, const struct cli_option *option, const char *word,
                const char *joined)
{
    arguments->next++;
    arguments->value = joined;
    if (!option->value)
        return joined ? bad(arguments, word, "takes no value") : option->id;
    if (!joined) {
        if (arguments->next >= arguments->argc)
            return bad(arguments, word, "needs a value");
        arguments->value = arguments->argv[arguments->next++];
    }
    return option->id;
}

static int take_long(struct cli_arguments *arguments, const char *word)
{
    size_t length = strcspn(word + 2, "=");
    const struct cli_option *option = find_long(arguments->verb->options, word + 2, length);
    if (!option)
        return bad(arguments, word, "is not an option");
    return take(arguments, option, word, word[2 + length] ? word + 3 + length : NULL);
}

static int take_letter(struct cli_arguments *arguments, const char *word)
{
    const struct cli_option *option = find_letter(arguments->verb->options, word[1]);
    if (!option || (word[2] && !option->value))
        return bad(arguments, word, "is not an option");
    return take(arguments, option, word, word[2] ? word + 2 : NULL);
}

int cli_next(struct cli_arguments *arguments)
{
    arguments->value = NULL;
    if (arguments->next >= arguments->argc)
        return CLI_END;
    const char *word = arguments->argv[arguments->next];
    if (word[0] != '-' || !word[1])
        return CLI_END;
    if (strcmp(word, "--") == 0) {
        arguments->next++;
        return CLI_END;
    }
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
        cli_print_help(stdout, arguments->verb);
        return CLI_HELP;
    }
    return word[1] == '-' ? take_long(arguments, word) : take_letter(arguments, word);
}
