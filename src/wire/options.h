/* Runtime options: what a user sets through REPRISE_OPTIONS and TSAN_OPTIONS.
 *
 * options.def is the one table; from it come the fields of `struct wire_options` (same name as
 * the option), the parser and, in the command, the help and the man page. The runtime links
 * this module, so nothing here allocates, prints, reads a locale or looks at the environment:
 * the caller brings the text and receives the complaints.
 *
 * Invariant: after wire_options_default() every string field is non-NULL and zero-terminated,
 * and every integer lies inside the bounds of its row; a bad option never changes a field.
 */
#ifndef REPRISE_WIRE_OPTIONS_H
#define REPRISE_WIRE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

/* Room for the string values of all options together, terminators included. */
#define WIRE_OPTIONS_ARENA_BYTES 16384

/* Longest line handed to a wire_warn_fn, terminator included. */
#define WIRE_WARN_BYTES 256

/* String fields point to constants or into `arena`: never copy this struct by value. */
struct wire_options {
#define WIRE_BOOL(name, default_, use, help)          bool name;
#define WIRE_INT(name, default_, min, max, use, help) int name;
#define WIRE_SIGNAL(name, default_, use, help)        int name;
#define WIRE_STRING(name, default_, use, help)        const char *name;
#include "options.def"
    size_t arena_used;
    char arena[WIRE_OPTIONS_ARENA_BYTES];
};

enum wire_option_type { WIRE_TYPE_BOOL, WIRE_TYPE_INT, WIRE_TYPE_SIGNAL, WIRE_TYPE_STRING };

enum wire_option_use { WIRE_USE_APPLIES, WIRE_USE_ACCEPTED };

/* One row of the table, as data. A row whose name is NULL is a heading; `help` is its text.
 * `number` is the default of all types but strings. */
struct wire_option {
    const char *name;
    enum wire_option_type type;
    enum wire_option_use use;
    int number, min, max;
    const char *text; /* default of a string */
    const char *help;
    size_t offset; /* of the field in struct wire_options */
};

/* Receives one complaint: a line without newline, valid during the call. */
typedef void (*wire_warn_fn)(void *ctx, const char *line);

/* The table, in the order of the help. The number of rows goes to *count. Constant data. */
const struct wire_option *wire_options_table(size_t *count);

/* Sets every field to its default and empties the arena. */
void wire_options_default(struct wire_options *options);

/* Applies `text`, a list of name=value in sanitizer flag syntax: separated by any of space,
 * comma, colon, tab, newline, carriage return; a value may stand in '...' or "..." and then
 * contain separators. Later settings win. An unknown or malformed option gives one call of
 * `warn` (may be NULL) and is skipped; the rest still applies. Not thread-safe on one struct;
 * async-signal-safe. Returns the number of complaints. */
int wire_options_parse(struct wire_options *options, const char *text, wire_warn_fn warn,
                       void *ctx);

/* Applies one option from a name and an unquoted value. Returns 0, -ENOENT for an unknown name,
 * -EINVAL for a value of the wrong form, -ERANGE outside the bounds, -ENOSPC when the arena is
 * full. The field is unchanged unless 0 is returned. */
int wire_options_set(struct wire_options *options, const char *name, size_t name_length,
                     const char *value, size_t value_length);

#endif
