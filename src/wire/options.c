#include "options.h"

#include <errno.h>
#include <limits.h>

/* Longest piece of the user's own text that a complaint repeats. */
#define QUOTED_MAX 64

/* clang-format off */
#define ROW(name, type, use, number, min, max, text, help)                                         \
    {#name, WIRE_TYPE_##type, WIRE_USE_##use, number, min, max, text, help,                        \
     offsetof(struct wire_options, name)},

static const struct wire_option table[] = {
#define WIRE_GROUP(title) {NULL, WIRE_TYPE_BOOL, WIRE_USE_APPLIES, 0, 0, 0, NULL, title, 0},
#define WIRE_BOOL(name, default_, use, help) ROW(name, BOOL, use, default_, 0, 1, NULL, help)
#define WIRE_INT(name, default_, min, max, use, help)                                              \
    ROW(name, INT, use, default_, min, max, NULL, help)
#define WIRE_SIGNAL(name, default_, use, help) ROW(name, SIGNAL, use, default_, 0, 2, NULL, help)
#define WIRE_STRING(name, default_, use, help) ROW(name, STRING, use, 0, 0, 0, default_, help)
#include "options.def"
};
/* clang-format on */

#define TABLE_ROWS (sizeof table / sizeof table[0])

/* A piece of the caller's text; not zero-terminated. */
struct piece {
    const char *at;
    size_t length;
};

/* A complaint under construction. Always terminated; what does not fit is cut off. */
struct line {
    char text[WIRE_WARN_BYTES];
    size_t used;
};

const struct wire_option *wire_options_table(size_t *count)
{
    *count = TABLE_ROWS;
    return table;
}

/* ---- fields ---- */

static void *field(struct wire_options *options, const struct wire_option *row)
{
    return (char *)options + row->offset;
}

void wire_options_default(struct wire_options *options)
{
    options->arena_used = 0;
    for (size_t i = 0; i < TABLE_ROWS; i++) {
        const struct wire_option *row = &table[i];
        if (!row->name)
            continue;
        if (row->type == WIRE_TYPE_BOOL)
            *(bool *)field(options, row) = row->number != 0;
        else if (row->type == WIRE_TYPE_STRING)
            *(const char **)field(options, row) = row->text;
        else
            *(int *)field(options, row) = row->number;
    }
}

static bool equals(struct piece piece, const char *word)
{
    size_t i = 0;
    while (i < piece.length && word[i] && piece.at[i] == word[i])
        i++;
    return i == piece.length && !word[i];
}

static const struct wire_option *find(struct piece name)
{
    for (size_t i = 0; i < TABLE_ROWS; i++)
        if (table[i].name && equals(name, table[i].name))
            return &table[i];
    return NULL;
}

/* ---- values ---- */

static int parse_bool(struct piece value, bool *result)
{
    static const char *const words[][3] = {{"0", "no", "false"}, {"1", "yes", "true"}};
    for (int truth = 0; truth < 2; truth++)
        for (int i = 0; i < 3; i++)
            if (equals(value, words[truth][i])) {
                *result = truth;
                return 0;
            }
    return -EINVAL;
}

static int digit(char c, int base)
{
    int value = -1;
    if (c >= '0' && c <= '9')
        value = c - '0';
    else if ((c | 32) >= 'a' && (c | 32) <= 'f')
        value = (c | 32) - 'a' + 10;
    return value < base ? value : -1;
}

/* Decimal or 0x, with an optional sign. Values beyond int are -ERANGE, not wrapped. */
static int parse_int(struct piece value, int *result)
{
    bool negative = value.length && value.at[0] == '-';
    size_t i = negative || (value.length && value.at[0] == '+');
    int base = 10;
    if (value.length - i > 2 && value.at[i] == '0' && (value.at[i + 1] | 32) == 'x') {
        base = 16;
        i += 2;
    }
    if (i == value.length)
        return -EINVAL;
    long long sum = 0;
    for (; i < value.length; i++) {
        int d = digit(value.at[i], base);
        if (d < 0)
            return -EINVAL;
        if (sum <= INT_MAX)
            sum = sum * base + d;
    }
    if (sum > INT_MAX)
        return -ERANGE;
    *result = (int)(negative ? -sum : sum);
    return 0;
}

/* Signals take the words of a bool, a number, or "exclusive". */
static int parse_signal(struct piece value, int *result)
{
    bool truth;
    if (equals(value, "exclusive") || equals(value, "2")) {
        *result = 2;
        return 0;
    }
    if (parse_bool(value, &truth) != 0)
        return -EINVAL;
    *result = truth;
    return 0;
}

static int store_string(struct wire_options *options, struct piece value, const char **result)
{
    if (value.length >= WIRE_OPTIONS_ARENA_BYTES - options->arena_used)
        return -ENOSPC;
    char *copy = options->arena + options->arena_used;
    for (size_t i = 0; i < value.length; i++)
        copy[i] = value.at[i];
    copy[value.length] = '\0';
    options->arena_used += value.length + 1;
    *result = copy;
    return 0;
}

static int store(struct wire_options *options, const struct wire_option *row, struct piece value)
{
    int number = 0, error;
    switch (row->type) {
    case WIRE_TYPE_BOOL:
        return parse_bool(value, field(options, row));
    case WIRE_TYPE_STRING:
        return store_string(options, value, field(options, row));
    case WIRE_TYPE_SIGNAL:
        error = parse_signal(value, &number);
        break;
    default:
        error = parse_int(value, &number);
        break;
    }
    if (!error && (number < row->min || number > row->max))
        error = -ERANGE;
    if (!error)
        *(int *)field(options, row) = number;
    return error;
}

int wire_options_set(struct wire_options *options, const char *name, size_t name_length,
                     const char *value, size_t value_length)
{
    const struct wire_option *row = find((struct piece){name, name_length});
    return row ? store(options, row, (struct piece){value, value_length}) : -ENOENT;
}

/* ---- complaints ---- */

/* Not an initializer: the compiler would call memset(), which may be the intercepted one. */
static void reset(struct line *line)
{
    line->used = 0;
    line->text[0] = '\0';
}

static void add(struct line *line, const char *text)
{
    for (; *text && line->used < sizeof line->text - 1; text++)
        line->text[line->used++] = *text;
    line->text[line->used] = '\0';
}

/* User text goes out with control characters masked, so that a complaint stays one line. */
static void add_quoted(struct line *line, struct piece piece)
{
    add(line, "'");
    for (size_t i = 0; i < piece.length && i < QUOTED_MAX; i++) {
        unsigned char c = (unsigned char)piece.at[i];
        add(line, (char[]){c < 32 || c == 127 ? '?' : (char)c, '\0'});
    }
    add(line, piece.length > QUOTED_MAX ? "...'" : "'");
}

static void add_int(struct line *line, int number)
{
    char digits[16];
    size_t at = sizeof digits - 1;
    unsigned magnitude = number < 0 ? 0u - (unsigned)number : (unsigned)number;
    digits[at] = '\0';
    do
        digits[--at] = (char)('0' + magnitude % 10);
    while (magnitude /= 10);
    if (number < 0)
        digits[--at] = '-';
    add(line, digits + at);
}

static void add_expected(struct line *line, const struct wire_option *row)
{
    switch (row->type) {
    case WIRE_TYPE_BOOL:
        add(line, "0 or 1");
        break;
    case WIRE_TYPE_SIGNAL:
        add(line, "0, 1 or 2");
        break;
    default:
        add(line, "a number from ");
        add_int(line, row->min);
        add(line, " to ");
        add_int(line, row->max);
    }
}

static void describe(struct line *line, int error, struct piece name, struct piece value)
{
    if (error == -ENOENT) {
        add(line, "unknown option ");
        add_quoted(line, name);
        return;
    }
    const struct wire_option *row = find(name);
    add(line, "option ");
    add(line, row->name);
    if (error == -ENOSPC) {
        add(line, ": value too long");
        return;
    }
    add(line, ": ");
    add_quoted(line, value);
    add(line, " is not ");
    add_expected(line, row);
}

/* ---- the text ---- */

struct cursor {
    const char *at;
    wire_warn_fn warn;
    void *ctx;
    int complaints;
};

static void complain(struct cursor *cursor, const struct line *line)
{
    cursor->complaints++;
    if (cursor->warn)
        cursor->warn(cursor->ctx, line->text);
}

static bool is_separator(char c)
{
    return c == ' ' || c == ',' || c == ':' || c == '\n' || c == '\t' || c == '\r';
}

static void complain_about(struct cursor *cursor, const char *before, struct piece piece,
                           const char *after)
{
    struct line line;
    reset(&line);
    add(&line, before);
    add_quoted(&line, piece);
    add(&line, after);
    complain(cursor, &line);
}

static struct piece take_name(struct cursor *cursor)
{
    struct piece name = {cursor->at, 0};
    while (*cursor->at && *cursor->at != '=' && !is_separator(*cursor->at))
        cursor->at++;
    name.length = (size_t)(cursor->at - name.at);
    return name;
}

/* Cursor stands behind '='. False when a quote is left open: the rest of the text is then
 * inside the quote and nothing in it can be trusted. */
static bool take_value(struct cursor *cursor, struct piece *value)
{
    char quote = *cursor->at == '\'' || *cursor->at == '"' ? *cursor->at : 0;
    if (quote)
        cursor->at++;
    value->at = cursor->at;
    while (*cursor->at && (quote ? *cursor->at != quote : !is_separator(*cursor->at)))
        cursor->at++;
    value->length = (size_t)(cursor->at - value->at);
    if (!quote)
        return true;
    if (!*cursor->at)
        return false;
    cursor->at++;
    return true;
}

static void take_option(struct cursor *cursor, struct wire_options *options)
{
    struct piece name = take_name(cursor), value;
    if (*cursor->at != '=') {
        complain_about(cursor, "option ", name, " has no value; write name=value");
        return;
    }
    cursor->at++;
    if (!take_value(cursor, &value)) {
        complain_about(cursor, "option ", name, ": the quote is not closed; the rest is left out");
        return;
    }
    int error = wire_options_set(options, name.at, name.length, value.at, value.length);
    if (error) {
        struct line line;
        reset(&line);
        describe(&line, error, name, value);
        complain(cursor, &line);
    }
}

int wire_options_parse(struct wire_options *options, const char *text, wire_warn_fn warn, void *ctx)
{
    struct cursor cursor = {text, warn, ctx, 0};
    for (;;) {
        while (is_separator(*cursor.at))
            cursor.at++;
        if (!*cursor.at)
            return cursor.complaints;
        take_option(&cursor, options);
    }
}
