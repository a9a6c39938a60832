#include "suppression.h"

static const char *const names[CORE_SUPPRESS_TYPES] = {
    [CORE_SUPPRESS_RACE] = "race",
    [CORE_SUPPRESS_RACE_TOP] = "race_top",
    [CORE_SUPPRESS_THREAD] = "thread",
    [CORE_SUPPRESS_MUTEX] = "mutex",
    [CORE_SUPPRESS_SIGNAL] = "signal",
    [CORE_SUPPRESS_DEADLOCK] = "deadlock",
    [CORE_SUPPRESS_LIBRARY] = "called_from_lib",
};

const char *core_suppression_name(enum core_suppression_type type)
{
    return names[type];
}

/* ---- matching ---- */

static size_t length_of(const char *s)
{
    size_t n = 0;
    while (s[n])
        n++;
    return n;
}

static bool begins(const char *s, const char *with, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (s[i] != with[i]) /* also stops at the end of s */
            return false;
    return true;
}

/* The first place in s where these n bytes stand, or NULL. */
static const char *find(const char *s, const char *part, size_t n)
{
    for (;; s++) {
        if (begins(s, part, n))
            return s;
        if (!*s)
            return NULL;
    }
}

/* Do these n bytes end s? */
static bool ends(const char *s, const char *part, size_t n)
{
    size_t length = length_of(s);
    return length >= n && begins(s + length - n, part, n);
}

/*
 * A template is a row of literals with stars between them. Taking the leftmost place for each
 * literal leaves the most room for the rest, so no second try is needed; only a literal that
 * '$' ties to the end is looked for there.
 */
bool core_template_match(const char *template, const char *name)
{
    if (!name || !*name)
        return false;
    bool tied = *template == '^';
    template += tied;
    for (;;) {
        for (; *template == '*'; template ++)
            tied = false;
        size_t n = 0;
        while (template[n] && template[n] != '*' && template[n] != '$')
            n++;
        if (template[n] == '$')
            return tied ? begins(name, template, n) && !name[n] : ends(name, template, n);
        const char *at = tied ? (begins(name, template, n) ? name : NULL) : find(name, template, n);
        if (!at || !template[n])
            return at != NULL;
        name = at + n;
        template += n;
    }
}

struct core_suppression *core_suppressions_match(const struct core_suppressions *set,
                                                 enum core_suppression_type type, const char *name)
{
    if (!set->has[type])
        return NULL;
    for (size_t i = 0; i < set->count; i++)
        if (set->rows[i].type == type && core_template_match(set->rows[i].template, name))
            return &set->rows[i];
    return NULL;
}

/* ---- parsing ---- */

static void copy(void *to, const void *from, size_t n)
{
    for (size_t i = 0; i < n; i++)
        ((char *)to)[i] = ((const char *)from)[i];
}

static void grow(struct core_suppressions *set)
{
    size_t capacity = set->capacity ? set->capacity * 2 : 16;
    struct core_suppression *rows = core_alloc(capacity * sizeof *rows);
    copy(rows, set->rows, set->count * sizeof *rows);
    if (set->capacity)
        core_free(set->rows, set->capacity * sizeof *rows);
    set->rows = rows;
    set->capacity = capacity;
}

static void append(struct core_suppressions *set, enum core_suppression_type type,
                   const char *template, size_t length)
{
    char *text = core_alloc(length + 1); /* zeroed */
    copy(text, template, length);
    if (set->count == set->capacity)
        grow(set);
    set->rows[set->count++] = (struct core_suppression){type, text, 0};
    set->has[type] = true;
}

static bool blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static bool parse_line(struct core_suppressions *set, const char *line, size_t length)
{
    for (int type = 0; type < CORE_SUPPRESS_TYPES; type++) {
        size_t n = length_of(names[type]);
        if (length > n && begins(line, names[type], n) && line[n] == ':') {
            append(set, (enum core_suppression_type)type, line + n + 1, length - n - 1);
            return true;
        }
    }
    return false;
}

void core_suppressions_parse(struct core_suppressions *set, const char *text, size_t length,
                             core_suppression_warn warn, void *ctx)
{
    unsigned number = 0;
    for (size_t start = 0, end; start < length; start = end + 1) {
        for (end = start; end < length && text[end] != '\n' && text[end];)
            end++;
        size_t from = start, to = end;
        while (from < to && blank(text[from]))
            from++;
        while (to > from && blank(text[to - 1]))
            to--;
        number++;
        if (from == to || text[from] == '#')
            continue;
        if (!parse_line(set, text + from, to - from) && warn)
            warn(ctx, number, text + from, to - from);
    }
}

void core_suppressions_free(struct core_suppressions *set)
{
    for (size_t i = 0; i < set->count; i++)
        core_free((void *)(uintptr_t)set->rows[i].template, length_of(set->rows[i].template) + 1);
    if (set->capacity)
        core_free(set->rows, set->capacity * sizeof *set->rows);
    set->rows = NULL;
    set->count = set->capacity = 0;
    for (int i = 0; i < CORE_SUPPRESS_TYPES; i++)
        set->has[i] = false;
}
