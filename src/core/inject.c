#include "inject.h"
#include "duration.h"
#include <errno.h>

uint64_t core_inject_ns(const struct core_inject *i, const void *context, size_t bytes,
                        uint64_t stack)
{
    uint64_t h = core_fnv(i->seeded, context, bytes);
    if (i->stack)
        h = core_fnv_number(h, stack);
    return i->max_ns ? h % i->max_ns : 0;
}

/* ---- settings ---- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* value * 10^exponent. Numbers as people write them take the first way, where value and power
 * are exact and the result is rounded once, as Go's is. */
static double scale(uint64_t value, int exponent)
{
    int n = exponent < 0 ? -exponent : exponent;
    long double factor = 1;
    if (value == 0)
        return 0;
    for (int i = 0; i < n; i++)
        factor *= 10;
    if (value < UINT64_C(1) << 53 && n <= 22)
        return exponent < 0 ? (double)value / (double)factor : (double)value * (double)factor;
    return (double)(exponent < 0 ? (long double)value / factor : (long double)value * factor);
}

/* Digits into *value as long as they fit; returns how many were there and how many did not fit. */
static int digits(const char **text, uint64_t *value, int *dropped)
{
    int n = 0;
    for (; is_digit(**text); (*text)++, n += n < 10000) {
        if (*value > (UINT64_MAX - 9) / 10)
            *dropped += *dropped < 10000;
        else
            *value = *value * 10 + (uint64_t)(**text - '0');
    }
    return n;
}

/* e[+-]digits at *text. false: malformed. Beyond +-9999 all is the same. */
static bool exponent(const char **text, int *value)
{
    uint64_t e = 0;
    int dropped = 0;
    *value = 0;
    if (**text != 'e' && **text != 'E')
        return true;
    ++*text;
    bool negative = **text == '-';
    *text += **text == '-' || **text == '+';
    if (!digits(text, &e, &dropped))
        return false;
    *value = e > 9999 || dropped ? 9999 : (int)e;
    if (negative)
        *value = -*value;
    return true;
}

int core_decimal_parse(const char *text, double *value)
{
    uint64_t mantissa = 0;
    int dropped = 0, shift, fraction = 0;
    bool negative = *text == '-';
    text += *text == '-' || *text == '+';
    int any = digits(&text, &mantissa, &dropped);
    if (*text == '.') {
        int before = dropped;
        text++;
        fraction = digits(&text, &mantissa, &dropped);
        any += fraction;
        fraction -= dropped - before; /* of those behind the point, so many are in mantissa */
        dropped = before;
    }
    if (!any || !exponent(&text, &shift) || *text)
        return -EINVAL;
    double v = scale(mantissa, shift + dropped - fraction);
    *value = negative ? -v : v;
    return 0;
}

static bool is_set(const char *text)
{
    return text && *text;
}

static bool refuse(struct core_inject_problem *p, const char *name, const char *value,
                   const char *wants)
{
    *p = (struct core_inject_problem){name, value, wants};
    return false;
}

bool core_inject_parse(struct core_inject *i, const struct core_inject_text *text,
                       struct core_inject_problem *problem)
{
    int64_t max = 10000000;
    size_t bytes = 0;
    *i = (struct core_inject){0};
    *problem = (struct core_inject_problem){0};
    if (!is_set(text->seed))
        return false;
    if (is_set(text->max) && (core_duration_parse(text->max, &max) || max <= 0))
        return refuse(problem, CORE_INJECT_MAX, text->max,
                      "a duration above 0, as 500us, 10ms or 1m30s");
    if (is_set(text->zbias) &&
        (core_decimal_parse(text->zbias, &i->zbias) || !(i->zbias >= 0 && i->zbias < 1)))
        return refuse(problem, CORE_INJECT_ZBIAS, text->zbias,
                      "a number from 0.0 up to but not including 1.0");
    if (is_set(text->stack)) {
        i->stack = text->stack[0] == '1';
        if ((text->stack[0] != '0' && text->stack[0] != '1') || text->stack[1])
            return refuse(problem, CORE_INJECT_STACK, text->stack, "0 or 1");
    }
    while (text->seed[bytes])
        bytes++;
    i->seeded = core_fnv(CORE_FNV_START, text->seed, bytes);
    i->max_ns = (uint64_t)max;
    return true;
}
