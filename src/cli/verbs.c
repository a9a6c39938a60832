#include "cli.h"

#include <string.h>

const struct cli_verb *const cli_verbs[] = {
    &cli_verb_cc,
    &cli_verb_cxx,
    &cli_verb_go,
    &cli_verb_run,
    &cli_verb_hunt,
    &cli_verb_merge,
    &cli_verb_replay,
    &cli_verb_shrink,
    &cli_verb_report,
    &cli_verb_symbolize,
    &cli_verb_explain,
    &cli_verb_help,
    NULL,
};

const struct cli_verb *cli_find_verb(const char *name)
{
    for (const struct cli_verb *const *verb = cli_verbs; *verb; verb++)
        if (strcmp((*verb)->name, name) == 0)
            return *verb;
    return NULL;
}
