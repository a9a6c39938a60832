#include "cli.h"
#include "seed.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST_FILE = 64 << 20 }; /* bytes; far beyond any schedule */

int seed_check_strategy(const char *who, const char *strategy, struct core_strategy_config *config)
{
    struct core_strategy_config trial = {0};
    char name[16];
    size_t length = strcspn(strategy, ":");
    if (core_strategy_parse(config ? config : &trial, strategy) == 0)
        return 0;
    snprintf(name, sizeof name, "%.*s", (int)length, strategy);
    if (length < sizeof name && core_strategy_parse(&trial, name) == 0)
        cli_error(who, "strategy %s: '%s' is no parameter of it, or out of range", name,
                  strategy + length + 1);
    else
        cli_error(who, "no strategy '%s'; there are os, delay, random, pct, pos, surw, rr and list",
                  strategy);
    return CLI_USAGE;
}

/* Length of "rp1." with any number, 0 when the text starts otherwise. */
static size_t prefix(const char *text)
{
    size_t digits = strncmp(text, "rp", 2) == 0 ? strspn(text + 2, "0123456789") : 0;
    return digits && text[2 + digits] == '.' ? 2 + digits + 1 : 0;
}

bool seed_is_schedule(const char *text)
{
    return prefix(text) > 0;
}

/* The schedule string in a text: the first word that starts like one, and all that follows it, for
 * mail and bug trackers break long lines. NULL when there is none. The caller frees it. */
static char *extract(const char *text)
{
    const char *at = text;
    while (*at && !((at == text || isspace((unsigned char)at[-1])) && prefix(at)))
        at++;
    char *result = *at ? malloc(strlen(at) + 1) : NULL, *end = result;
    for (; result && *at; at++)
        if (!isspace((unsigned char)*at))
            *end++ = *at;
    if (result)
        *end = '\0';
    return result;
}

static char *read_all(const char *path)
{
    char *text = NULL;
    size_t size = 0, room = 0;
    FILE *file = fopen(path, "re");
    if (!file)
        return NULL;
    errno = 0;
    while (size < LONGEST_FILE) {
        if (size + 1 >= room && !(text = realloc(text, room = room * 2 + 4096)))
            abort();
        size_t more = fread(text + size, 1, room - size - 1, file);
        text[size += more] = '\0';
        if (!more)
            break;
    }
    int error = ferror(file) ? errno : 0;
    fclose(file);
    if (!error)
        return text;
    free(text);
    errno = error;
    return NULL;
}

static int cannot_decode(const char *who, const char *name, long error)
{
    if (error == -EPROTO)
        cli_error(who, "%s is of another version of reprise", name);
    else if (error == -EBADMSG)
        cli_error(who, "%s is damaged: its checksum does not fit; was it copied as a whole?", name);
    else
        cli_error(who, "%s is damaged", name);
    return CLI_USAGE;
}

static int decode(const char *who, const char *name, const char *text,
                  struct core_schedule *schedule)
{
    long count = core_schedule_count(text);
    *schedule = (struct core_schedule){0};
    if (count < 0)
        return cannot_decode(who, name, count);
    schedule->items = calloc((size_t)count + 1, sizeof *schedule->items);
    if (!schedule->items)
        abort();
    int error = core_schedule_decode(schedule, text);
    return error ? cannot_decode(who, name, error) : 0;
}

int seed_read_schedule(const char *who, const char *text_or_path, char **text,
                       struct core_schedule *schedule)
{
    char name[4200];
    bool is_file = !seed_is_schedule(text_or_path);
    char *contents = is_file ? read_all(text_or_path) : NULL;
    if (is_file && !contents) {
        cli_error(who, "cannot read %s: %s", text_or_path, strerror(errno));
        return CLI_USAGE;
    }
    *text = extract(is_file ? contents : text_or_path);
    free(contents);
    if (!*text) {
        cli_error(who, "there is no schedule string (rp1....) in %s", text_or_path);
        return CLI_USAGE;
    }
    snprintf(name, sizeof name, "the schedule%s%.4000s", is_file ? " in " : "",
             is_file ? text_or_path : "");
    int status = decode(who, name, *text, schedule);
    if (status)
        seed_schedule_free(*text, schedule);
    return status;
}

void seed_schedule_free(char *text, struct core_schedule *schedule)
{
    free(text);
    free(schedule->items);
    schedule->items = NULL;
}
