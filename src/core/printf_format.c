#include "printf_format.h"

#include <stdint.h>
#include <wchar.h>

enum { NO_POSITION = -1 };

/* Length modifiers, by what they make of an integer. */
enum length { LEN_NONE, LEN_HH, LEN_H, LEN_L, LEN_LL, LEN_LONG_DOUBLE, LEN_MAX, LEN_SIZE, LEN_PTR };

static const uint8_t length_bytes[] = {
    [LEN_NONE] = sizeof(int),      [LEN_HH] = sizeof(char),
    [LEN_H] = sizeof(short),       [LEN_L] = sizeof(long),
    [LEN_LL] = sizeof(long long),  [LEN_LONG_DOUBLE] = sizeof(long long), /* %Ld is %lld to glibc */
    [LEN_MAX] = sizeof(intmax_t),  [LEN_SIZE] = sizeof(size_t),
    [LEN_PTR] = sizeof(ptrdiff_t),
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool one_of(char c, const char *set)
{
    while (*set && *set != c)
        set++;
    return *set != '\0' && c != '\0';
}

/* A number too large for any use is cut, not wrapped. */
static int number(const char **p)
{
    int n = 0;
    for (; is_digit(**p); ++*p)
        n = n < 100000000 ? n * 10 + (**p - '0') : n;
    return n;
}

/* "12$" gives 11; anything else NO_POSITION, and *p stays. */
static int position(const char **p)
{
    const char *q = *p;
    int n = is_digit(*q) ? number(&q) : 0;
    if (n == 0 || *q != '$')
        return NO_POSITION;
    *p = q + 1;
    return n - 1;
}

static enum length length(const char **p)
{
    char c = **p;
    if (!one_of(c, "hlLqjzZt"))
        return LEN_NONE;
    bool twice = (*p)[1] == c;
    *p += 1 + (twice && (c == 'h' || c == 'l'));
    switch (c) {
    case 'h':
        return twice ? LEN_HH : LEN_H;
    case 'l':
        return twice ? LEN_LL : LEN_L;
    case 'L':
        return LEN_LONG_DOUBLE;
    case 'q':
        return LEN_LL;
    case 'j':
        return LEN_MAX;
    case 't':
        return LEN_PTR;
    default:
        return LEN_SIZE;
    }
}

/* ---- the list of arguments ---- */

struct list {
    struct core_format_arg *args;
    int next;  /* of the arguments without position */
    int count; /* highest one named, plus 1 */
    bool positions, no_positions;
};

/* Index of the argument at a position, or of the next one; -1: too many, or both ways mixed. */
static int take(struct list *l, int at)
{
    if (at == NO_POSITION) {
        l->no_positions = true;
        at = l->next++;
    } else {
        l->positions = true;
    }
    if (at >= CORE_FORMAT_ARGS || (l->positions && l->no_positions))
        return -1;
    while (l->count <= at)
        l->args[l->count++] = (struct core_format_arg){.limit = CORE_FORMAT_NO_LIMIT};
    return at;
}

/* ---- printf ---- */

/* '*' or "*3$": the argument is an int. Returns its index, or -1. */
static int star(struct list *l, const char **p)
{
    ++*p;
    int at = take(l, position(p));
    if (at >= 0 && l->args[at].class == CORE_FORMAT_UNUSED)
        l->args[at].class = CORE_FORMAT_INT;
    return at;
}

static bool printf_class(char conversion, enum length len, struct core_format_arg *a)
{
    a->use = CORE_FORMAT_VALUE;
    if (one_of(conversion, "diouxXbB")) {
        a->class = length_bytes[len] > sizeof(int) ? CORE_FORMAT_LONG : CORE_FORMAT_INT;
    } else if (one_of(conversion, "aAeEfFgG")) {
        a->class =
            len == LEN_LONG_DOUBLE || len == LEN_LL ? CORE_FORMAT_LONG_DOUBLE : CORE_FORMAT_DOUBLE;
    } else if (conversion == 'c' || conversion == 'C') {
        a->class = CORE_FORMAT_INT;
    } else if (one_of(conversion, "pnsS")) {
        a->class = CORE_FORMAT_LONG;
    } else {
        return false;
    }
    if (conversion == 's' || conversion == 'S')
        a->use = conversion == 'S' || len == LEN_L ? CORE_FORMAT_WSTRING : CORE_FORMAT_STRING;
    if (conversion == 'n') {
        a->use = CORE_FORMAT_COUNT;
        a->size = length_bytes[len];
    }
    return true;
}

/* One conversion; *p is behind the '%'. False: not understood. */
static bool printf_conversion(struct list *l, const char **p)
{
    struct core_format_arg a = {.limit = CORE_FORMAT_NO_LIMIT};
    int at = position(p);
    while (one_of(**p, "-+ #0'I"))
        ++*p;
    if (**p == '*') {
        if (star(l, p) < 0)
            return false;
    } else {
        number(p);
    }
    if (**p == '.') {
        ++*p;
        if (**p == '*') {
            int precision = star(l, p);
            if (precision < 0)
                return false;
            a.limit_arg = (uint8_t)(precision + 1);
        } else {
            a.limit = number(p);
        }
    }
    enum length len = length(p);
    char conversion = **p;
    if (conversion == '\0')
        return false;
    ++*p;
    if (conversion == '%' || conversion == 'm')
        return true;
    if (!printf_class(conversion, len, &a))
        return false;
    at = take(l, at);
    if (at < 0)
        return false;
    /* An argument named twice is looked at once: as the string, if it is one. */
    if (l->args[at].use == CORE_FORMAT_VALUE)
        l->args[at] = a;
    return true;
}

int core_printf_parse(const char *format, struct core_format_arg *args)
{
    struct list l = {.args = args};
    for (const char *p = format; *p;) {
        if (*p++ == '%' && !printf_conversion(&l, &p))
            return -1;
    }
    return l.count;
}

/* ---- scanf ---- */

/* Skips a set of characters, *p is behind the '['. False: it has no end. */
static bool skip_set(const char **p)
{
    if (**p == '^')
        ++*p;
    if (**p == ']')
        ++*p;
    while (**p && **p != ']')
        ++*p;
    if (!**p)
        return false;
    ++*p;
    return true;
}

static size_t scanf_float_bytes(enum length len)
{
    if (len == LEN_LONG_DOUBLE || len == LEN_LL)
        return sizeof(long double);
    return len == LEN_L ? sizeof(double) : sizeof(float);
}

static bool scanf_store(char conversion, enum length len, int width, struct core_format_arg *a)
{
    bool wide = len == LEN_L || conversion == 'C' || conversion == 'S';
    a->use = CORE_FORMAT_STORE;
    if (one_of(conversion, "diouxXb"))
        a->size = length_bytes[len];
    else if (one_of(conversion, "aAeEfFgG"))
        a->size = scanf_float_bytes(len);
    else if (conversion == 'p')
        a->size = sizeof(void *);
    else if (conversion == 'c' || conversion == 'C')
        a->size = (size_t)(width > 0 ? width : 1) * (wide ? sizeof(wchar_t) : 1);
    else if (one_of(conversion, "sS["))
        a->use = wide ? CORE_FORMAT_WSTRING : CORE_FORMAT_STRING;
    else
        return false;
    return true;
}

/* One conversion; *p is behind the '%'. *adjacent: whoever stored the last argument surely comes
 * here, because nothing that could fail to match is between. */
static bool scanf_conversion(struct list *l, const char **p, bool *adjacent)
{
    struct core_format_arg a = {.class = CORE_FORMAT_LONG, .limit = CORE_FORMAT_NO_LIMIT};
    int at = position(p);
    bool dropped = false, allocated = false;
    for (; one_of(**p, "*'I"); ++*p)
        dropped |= **p == '*';
    if (is_digit(**p))
        a.limit = number(p);
    if (**p == 'm') {
        allocated = true;
        ++*p;
    }
    enum length len = length(p);
    char conversion = **p;
    if (conversion == '\0')
        return false;
    ++*p;
    if (conversion == '%') {
        *adjacent = false;
        return true;
    }
    if (conversion == '[' && !skip_set(p))
        return false;
    if (conversion == 'n') {
        a.use = CORE_FORMAT_COUNT;
        a.size = length_bytes[len];
        a.certain = *adjacent;
    } else if (!scanf_store(conversion, len, a.limit, &a)) {
        return false;
    }
    if (allocated) {
        a.use = CORE_FORMAT_STORE;
        a.size = sizeof(void *);
    }
    *adjacent = (*adjacent && conversion == 'n') || (conversion != 'n' && !dropped);
    if (dropped)
        return true;
    at = take(l, at);
    if (at >= 0)
        l->args[at] = a;
    return at >= 0;
}

int core_scanf_parse(const char *format, struct core_format_arg *args)
{
    struct list l = {.args = args};
    bool adjacent = true;
    for (const char *p = format; *p;) {
        char c = *p++;
        if (c != '%')
            adjacent = adjacent && one_of(c, " \t\n\v\f\r");
        else if (!scanf_conversion(&l, &p, &adjacent))
            return -1;
    }
    return l.count;
}
