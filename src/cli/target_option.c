#include "cli.h"
#include "target.h"
#include "wire/options.h"
#include "wire/sidecar.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int target_set(struct words *settings, const char *who, const char *name, const char *value)
{
    if (strchr(value, '\'') && strchr(value, '"')) {
        cli_error(who, "%s=%s: a value cannot have both kinds of quotes", name, value);
        return CLI_USAGE;
    }
    char quote = strchr(value, '\'') ? '"' : '\'';
    words_addf(settings, "%s=%c%s%c", name, quote, value, quote);
    return 0;
}

int target_set_checked(struct words *settings, const char *who, const char *name, const char *value)
{
    static struct wire_options trial; /* too large for a stack */
    wire_options_default(&trial);
    switch (wire_options_set(&trial, name, strlen(name), value, strlen(value))) {
    case 0:
        return target_set(settings, who, name, value);
    case -ENOENT:
        cli_error(who, "no runtime option '%s'; see `reprise help options`", name);
        return CLI_USAGE;
    default:
        cli_error(who, "option %s: '%s' is not a value for it; see `reprise help options`", name,
                  value);
        return CLI_USAGE;
    }
}

int target_set_assignment(struct words *settings, const char *who, const char *assignment)
{
    char name[128];
    const char *equals = strchr(assignment, '=');
    if (!equals) {
        cli_error(who, "--set=%s: write NAME=VALUE", assignment);
        return CLI_USAGE;
    }
    snprintf(name, sizeof name, "%.*s", (int)(equals - assignment), assignment);
    return target_set_checked(settings, who, name, equals + 1);
}

/* Also options in a file may name suppressions. */
static bool may_suppress(const char *options)
{
    return options && (strstr(options, "suppressions") || strstr(options, "include"));
}

bool target_wants_symbols(const struct target *target, const struct words *settings)
{
    bool wants = target->info.is_go || target->info.has_defaults ||
                 may_suppress(getenv(WIRE_ENV_OPTIONS)) || may_suppress(getenv("TSAN_OPTIONS"));
    for (size_t i = 0; settings && i < settings->count && !wants; i++)
        wants = may_suppress(settings->at[i]);
    return wants;
}
