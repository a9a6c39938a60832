/* Any text at all may stand in a suppression file, and any name in a program. The first line of
 * the input is a name, the rest a file. Checks core/suppression.h against a matcher that tries
 * every possibility. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/suppression.h"

/* Does t match a prefix of s (the whole of it, where '$' says so)? */
static bool brute(const char *t, const char *s)
{
    if (!*t)
        return true;
    if (*t == '$')
        return !*s;
    if (*t == '*')
        return brute(t + 1, s) || (*s && brute(t, s + 1));
    return *s == *t && brute(t + 1, s + 1);
}

static bool brute_match(const char *t, const char *s)
{
    if (!*s)
        return false;
    if (*t == '^')
        return brute(t + 1, s);
    for (; *s; s++)
        if (brute(t, s))
            return true;
    return brute(t, s);
}

static size_t stars(const char *t)
{
    size_t n = 0;
    for (; *t; t++)
        n += *t == '*';
    return n;
}

static void check_row(const struct core_suppression *row, const char *name)
{
    if (row->type >= CORE_SUPPRESS_TYPES)
        abort();
    bool matches = core_template_match(row->template, name);
    /* the oracle is exponential in the stars */
    if (stars(row->template) < 5 && strlen(name) < 40 &&
        matches != brute_match(row->template, name))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct core_suppressions set = {0};
    char *text = malloc(size + 1);
    memcpy(text, data, size);
    text[size] = '\0';
    char *rest = strchr(text, '\n');
    if (rest)
        *rest++ = '\0';
    else
        rest = text + strlen(text);
    core_suppressions_parse(&set, rest, strlen(rest), NULL, NULL);
    for (size_t i = 0; i < set.count; i++)
        check_row(&set.rows[i], text);
    core_suppressions_free(&set);
    free(text);
    return 0;
}
