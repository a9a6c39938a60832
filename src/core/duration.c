#include "duration.h"
#include <errno.h>

#define LIMIT (UINT64_C(1) << 63) /* the amount of the lowest int64 */

static const struct {
    const char *name;
    uint64_t ns;
} units[] = {
    {"ns", 1},
    {"us", 1000},
    {"\xc2\xb5s", 1000}, /* micro sign */
    {"\xce\xbcs", 1000} /* Greek mu */,
    {"ms", 1000000},
    {"s", 1000000000},
    {"m", 60000000000},
    {"h", 3600000000000u},
};

/* ---- from text ---- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Digits at *text. false: above the limit. */
static bool whole(const char **text, uint64_t *value)
{
    uint64_t v = 0;
    for (; is_digit(**text); (*text)++) {
        if (v > LIMIT / 10)
            return false;
        v = v * 10 + (uint64_t)(**text - '0');
        if (v > LIMIT)
            return false;
    }
    *value = v;
    return true;
}

/* Digits after the point, as value / scale; those that no longer fit don't count. */
static void fraction(const char **text, uint64_t *value, double *scale)
{
    bool full = false;
    for (; is_digit(**text); (*text)++) {
        if (full || (full = *value > (LIMIT - 1) / 10))
            continue;
        uint64_t next = *value * 10 + (uint64_t)(**text - '0');
        if ((full = next > LIMIT))
            continue;
        *value = next;
        *scale *= 10;
    }
}

/* The unit at *text, which ends where a number begins; 0 when there is no such unit. */
static uint64_t unit(const char **text)
{
    size_t n = 0;
    while ((*text)[n] && (*text)[n] != '.' && !is_digit((*text)[n]))
        n++;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        size_t same = 0;
        while (same < n && units[i].name[same] == (*text)[same])
            same++;
        if (n && same == n && !units[i].name[n]) {
            *text += n;
            return units[i].ns;
        }
    }
    return 0;
}

/* One number with its unit, in ns. */
static bool item(const char **text, uint64_t *ns)
{
    const char *begin = *text;
    uint64_t part = 0;
    double scale = 1;
    if (!whole(text, ns))
        return false;
    bool any = *text > begin;
    if (**text == '.') {
        begin = ++*text;
        fraction(text, &part, &scale);
        any = any || *text > begin;
    }
    uint64_t one = any ? unit(text) : 0;
    if (!one || *ns > LIMIT / one)
        return false;
    *ns *= one;
    if (part) /* in this order: rounding is part of what is specified */
        *ns += (uint64_t)((double)part * ((double)one / scale));
    return *ns <= LIMIT;
}

int core_duration_parse(const char *text, int64_t *ns)
{
    bool negative = *text == '-';
    uint64_t sum = 0, add;
    if (*text == '-' || *text == '+')
        text++;
    if (text[0] == '0' && !text[1]) {
        *ns = 0;
        return 0;
    }
    if (!*text)
        return -EINVAL;
    while (*text) {
        if (!item(&text, &add) || sum + add > LIMIT)
            return -EINVAL;
        sum += add;
    }
    if (!negative && sum == LIMIT)
        return -EINVAL;
    *ns = (int64_t)(negative ? -sum : sum);
    return 0;
}

/* ---- to text: written from the end ---- */

static char *put_digits(char *end, uint64_t v)
{
    do
        *--end = (char)('0' + v % 10);
    while (v /= 10);
    return end;
}

/* v / 10^digits without trailing zeros: the fraction here, the whole part is returned in *v. */
static char *put_fraction(char *end, uint64_t *v, int digits)
{
    bool any = false;
    for (int i = 0; i < digits; i++, *v /= 10) {
        any = any || *v % 10;
        if (any)
            *--end = (char)('0' + *v % 10);
    }
    if (any)
        *--end = '.';
    return end;
}

static char *put_text(char *end, const char *s)
{
    size_t n = 0;
    while (s[n])
        n++;
    while (n)
        *--end = s[--n];
    return end;
}

static char *put_below_second(char *end, uint64_t v)
{
    int digits = v < 1000 ? 0 : v < 1000000 ? 3 : 6;
    end = put_text(end, digits == 0 ? "ns" : digits == 3 ? "\xc2\xb5s" : "ms");
    end = put_fraction(end, &v, digits);
    return put_digits(end, v);
}

static char *put_seconds(char *end, uint64_t v)
{
    end = put_text(end, "s");
    end = put_fraction(end, &v, 9);
    end = put_digits(end, v % 60);
    v /= 60;
    if (!v)
        return end;
    end = put_digits(put_text(end, "m"), v % 60);
    v /= 60;
    return v ? put_digits(put_text(end, "h"), v) : end;
}

size_t core_duration_format(int64_t ns, char out[CORE_DURATION_TEXT])
{
    char text[CORE_DURATION_TEXT], *end = text + sizeof text - 1, *begin;
    uint64_t v = ns < 0 ? -(uint64_t)ns : (uint64_t)ns;
    *end = '\0';
    if (v == 0)
        begin = put_text(end, "0s");
    else
        begin = v < 1000000000 ? put_below_second(end, v) : put_seconds(end, v);
    if (ns < 0)
        *--begin = '-';
    for (size_t i = 0; i <= (size_t)(end - begin); i++)
        out[i] = begin[i];
    return (size_t)(end - begin);
}
