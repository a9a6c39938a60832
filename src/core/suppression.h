/*
 * Suppressions: which findings the user does not want to see, in the file format of TSan.
 *
 *     # a comment
 *     race:^ns::Counter::add$
 *     called_from_lib:libfoo.so
 *
 * A line is TYPE:TEMPLATE. A template matches anywhere in a name; '*' stands for any text, '^'
 * at its start and '$' at its end tie it to the start and the end of the name.
 *
 * A set owns the text of its templates. It only grows, and rows never move once parsing is
 * over, so a row may be kept. Not thread-safe, except core_template_match.
 */
#ifndef REPRISE_CORE_SUPPRESSION_H
#define REPRISE_CORE_SUPPRESSION_H

#include "core.h"

enum core_suppression_type {
    CORE_SUPPRESS_RACE,
    CORE_SUPPRESS_RACE_TOP,
    CORE_SUPPRESS_THREAD,
    CORE_SUPPRESS_MUTEX,
    CORE_SUPPRESS_SIGNAL,
    CORE_SUPPRESS_DEADLOCK,
    CORE_SUPPRESS_LIBRARY,
    CORE_SUPPRESS_TYPES,
};

struct core_suppression {
    enum core_suppression_type type;
    const char *template; /* zero-terminated */
    unsigned hits;        /* counted by the caller */
};

struct core_suppressions {
    struct core_suppression *rows;
    size_t count, capacity;
    bool has[CORE_SUPPRESS_TYPES]; /* is there any row of this type */
};

/* "race", "race_top", ... as written in files. */
const char *core_suppression_name(enum core_suppression_type type);

/* Receives a line that is no suppression: its number, from 1, and its text without newline. */
typedef void (*core_suppression_warn)(void *ctx, unsigned number, const char *line, size_t length);

/* Appends the suppressions of `text`. A bad line calls `warn` (may be NULL) and is left out. */
void core_suppressions_parse(struct core_suppressions *set, const char *text, size_t length,
                             core_suppression_warn warn, void *ctx);

/* The first row of this type that matches `name`, or NULL. name may be NULL: no match. */
struct core_suppression *core_suppressions_match(const struct core_suppressions *set,
                                                 enum core_suppression_type type, const char *name);

void core_suppressions_free(struct core_suppressions *set);

/* An empty name matches nothing, an empty template everything else. */
bool core_template_match(const char *template, const char *name);

#endif
