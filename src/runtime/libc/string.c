/*
 * Strings: what each function looks at, and not a byte more. A function that stops at the
 * first difference or the first match has read up to there; strict_string_checks makes it the
 * whole string.
 */
#include "rows.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* A row stays a row. */
/* clang-format off */

/* Called early and often: never looked up from here. */
#define ROW_EARLY(ret, name, params, args, fallback, ok, after)                                    \
    RT_INTERCEPT(ret, name, params)                                                                \
    {                                                                                              \
        if (!rt_self() || rt_tls.depth > 0)                                                        \
            return (rt_real_##name ? rt_real_##name : fallback)args;                               \
        RT_SCOPE(name);                                                                            \
        ret r = (rt_real_##name ? rt_real_##name : fallback)args;                                  \
        if (t && (ok)) {                                                                           \
            after                                                                                  \
        }                                                                                          \
        return r;                                                                                  \
    }

ROW_EARLY(size_t, strlen, (const char *s), (s), rt_strlen, rt_options.intercept_strlen,
          IN(s, r + 1))

static size_t strnlen_plain(const char *s, size_t max)
{
    size_t n = 0;
    while (n < max && s[n])
        n++;
    return n;
}

ROW_EARLY(size_t, strnlen, (const char *s, size_t max), (s, max), strnlen_plain,
          rt_options.intercept_strlen, IN(s, r < max ? r + 1 : max))

ssize_t rt_string_bytes(const char *s)
{
    return (ssize_t)(rt_real_strlen ? rt_real_strlen : rt_strlen)(s) + 1;
}

ssize_t rt_string_bytes_max(const char *s, size_t max)
{
    size_t n = (rt_real_strnlen ? rt_real_strnlen : strnlen_plain)(s, max);
    return (ssize_t)(n < max ? n + 1 : max);
}

/* ---- comparing ---- */

static unsigned char lower(unsigned char c)
{
    return c >= 'A' && c <= 'Z' ? (unsigned char)(c + 'a' - 'A') : c;
}

/* How much of both is read until they differ or end. ASCII only: in other character sets a
 * caseless comparison may look a few bytes further. */
static size_t compared(const char *a, const char *b, size_t max, bool caseless)
{
    for (size_t i = 0; i < max; i++) {
        unsigned char x = (unsigned char)a[i], y = (unsigned char)b[i];
        if (!x || (caseless ? lower(x) != lower(y) : x != y))
            return i + 1;
    }
    return max;
}

#define IN_COMPARED(a, b, max, caseless)                                                           \
    {                                                                                              \
        size_t n_ = compared(a, b, max, caseless);                                                 \
        IN_PART(a, n_)                                                                             \
        IN_PART(b, n_)                                                                             \
    }

#define IN_COMPARED_MAX(a, b, max, caseless)                                                       \
    {                                                                                              \
        size_t n_ = compared(a, b, max, caseless);                                                 \
        bool all_ = rt_options.strict_string_checks;                                               \
        IN(a, all_ ? (size_t)rt_string_bytes_max(a, max) : n_)                                     \
        IN(b, all_ ? (size_t)rt_string_bytes_max(b, max) : n_)                                     \
    }

ROW_EARLY(int, strcmp, (const char *a, const char *b), (a, b), rt_strcmp,
          rt_options.intercept_strcmp, IN_COMPARED(a, b, SIZE_MAX, false))
ROW_EARLY(int, strncmp, (const char *a, const char *b, size_t n), (a, b, n), rt_strncmp,
          rt_options.intercept_strcmp, IN_COMPARED_MAX(a, b, n, false))
ROW(int, strcasecmp, (const char *a, const char *b), (a, b), NOW, , rt_options.intercept_strcmp,
    IN_COMPARED(a, b, SIZE_MAX, true))
ROW(int, strncasecmp, (const char *a, const char *b, size_t n), (a, b, n), NOW, ,
    rt_options.intercept_strcmp, IN_COMPARED_MAX(a, b, n, true))
ROW(int, strcoll, (const char *a, const char *b), (a, b), NOW, , true, IN_S(a) IN_S(b))

/* ---- searching ---- */

#define UP_TO(s, found) ((found) ? (found) - (s) + 1 : rt_string_bytes(s))

static char *strchr_plain(const char *s, int c)
{
    return (char *)rt_strchr(s, c);
}

ROW_EARLY(char *, strchr, (const char *s, int c), (s, c), strchr_plain, rt_options.intercept_strchr,
          IN_PART(s, UP_TO(s, r)))
ROW(char *, index, (const char *s, int c), (s, c), NOW, , rt_options.intercept_strchr,
    IN_PART(s, UP_TO(s, r)))
ROW(char *, strchrnul, (const char *s, int c), (s, c), NOW, , rt_options.intercept_strchr,
    IN_PART(s, r - s + 1))
ROW(char *, strrchr, (const char *s, int c), (s, c), NOW, , rt_options.intercept_strchr, IN_S(s))
ROW(char *, rindex, (const char *s, int c), (s, c), NOW, , rt_options.intercept_strchr, IN_S(s))
ROW(char *, strstr, (const char *s, const char *what), (s, what), NOW, ,
    rt_options.intercept_strstr,
    IN_PART(s, r ? r - s + rt_string_bytes(what) - 1 : rt_string_bytes(s)) IN_S(what))
ROW(char *, strcasestr, (const char *s, const char *what), (s, what), NOW, ,
    rt_options.intercept_strstr,
    IN_PART(s, r ? r - s + rt_string_bytes(what) - 1 : rt_string_bytes(s)) IN_S(what))
ROW(size_t, strspn, (const char *s, const char *set), (s, set), NOW, , rt_options.intercept_strspn,
    IN_PART(s, r + 1) IN_S(set))
ROW(size_t, strcspn, (const char *s, const char *set), (s, set), NOW, , rt_options.intercept_strspn,
    IN_PART(s, r + 1) IN_S(set))
ROW(char *, strpbrk, (const char *s, const char *set), (s, set), NOW, ,
    rt_options.intercept_strpbrk, IN_PART(s, UP_TO(s, r)) IN_S(set))

/* Tokens: where the last one ended is kept by libc (strtok) or by the caller. The end is
 * overwritten with a zero, but only if it wasn't one, which is known no more. */
ROW(char *, strtok, (char *s, const char *set), (s, set), NOW, , rt_options.intercept_strtok,
    IN_S(set) IN_S(r))
ROW(char *, strtok_r, (char *s, const char *set, char **rest), (s, set, rest), NOW,
    WHEN(!s, GET(rest)), rt_options.intercept_strtok, IN_S(set) IN_S(r) PUT(rest))
ROW(char *, __strtok_r, (char *s, const char *set, char **rest), (s, set, rest), NOW,
    WHEN(!s, GET(rest)), rt_options.intercept_strtok, IN_S(set) IN_S(r) PUT(rest))
ROW(char *, strsep, (char **rest, const char *set), (rest, set), NOW, GET(rest), r,
    IN_S(set) IN_S(r) PUT(rest))

/* ---- copying ---- */

ROW(char *, strcpy, (char *to, const char *from), (to, from), NOW,
    IN_S(from) OUT(to, rt_string_bytes(from)), false, )
ROW(char *, stpcpy, (char *to, const char *from), (to, from), NOW,
    IN_S(from) OUT(to, rt_string_bytes(from)), false, )
ROW(char *, __stpcpy, (char *to, const char *from), (to, from), NOW,
    IN_S(from) OUT(to, rt_string_bytes(from)), false, )
ROW(char *, strncpy, (char *to, const char *from, size_t n), (to, from, n), NOW,
    IN(from, rt_string_bytes_max(from, n)) OUT(to, n), false, )
ROW(char *, stpncpy, (char *to, const char *from, size_t n), (to, from, n), NOW,
    IN(from, rt_string_bytes_max(from, n)) OUT(to, n), false, )

/* The old end is read, then the zero there is overwritten. */
#define APPEND(to, from, n)                                                                        \
    {                                                                                              \
        ssize_t old_ = rt_string_bytes(to);                                                        \
        IN(to, old_)                                                                               \
        IN(from, n)                                                                                \
        OUT(to + old_ - 1, n)                                                                      \
    }
#define APPEND_MAX(to, from, max)                                                                  \
    {                                                                                              \
        ssize_t old_ = rt_string_bytes(to), n_ = rt_string_bytes_max(from, max);                   \
        IN(to, old_)                                                                               \
        IN(from, n_)                                                                               \
        OUT(to + old_ - 1, n_ && !from[n_ - 1] ? n_ : n_ + 1)                                      \
    }

ROW(char *, strcat, (char *to, const char *from), (to, from), NOW,
    APPEND(to, from, rt_string_bytes(from)), false, )
ROW(char *, strncat, (char *to, const char *from, size_t n), (to, from, n), NOW,
    APPEND_MAX(to, from, n), false, )

/* with the size of the destination, as _FORTIFY_SOURCE calls them; the real ones check it */
ROW(char *, __strcpy_chk, (char *to, const char *from, size_t room), (to, from, room), NOW,
    IN_S(from) OUT(to, rt_string_bytes(from)), false, )
ROW(char *, __stpcpy_chk, (char *to, const char *from, size_t room), (to, from, room), NOW,
    IN_S(from) OUT(to, rt_string_bytes(from)), false, )
ROW(char *, __strncpy_chk, (char *to, const char *from, size_t n, size_t room), (to, from, n, room),
    NOW, IN(from, rt_string_bytes_max(from, n)) OUT(to, n), false, )
ROW(char *, __stpncpy_chk, (char *to, const char *from, size_t n, size_t room), (to, from, n, room),
    NOW, IN(from, rt_string_bytes_max(from, n)) OUT(to, n), false, )
ROW(char *, __strcat_chk, (char *to, const char *from, size_t room), (to, from, room), NOW,
    APPEND(to, from, rt_string_bytes(from)), false, )
ROW(char *, __strncat_chk, (char *to, const char *from, size_t n, size_t room), (to, from, n, room),
    NOW, APPEND_MAX(to, from, n), false, )

/* Called as blocking, so that the malloc inside is one of the program's. */
ROW(char *, strdup, (const char *s), (s), BLOCK, IN_S(s), false, )
ROW(char *, __strdup, (const char *s), (s), BLOCK, IN_S(s), false, )
ROW(char *, strndup, (const char *s, size_t n), (s, n), BLOCK,
    WHEN(rt_options.intercept_strndup, IN(s, rt_string_bytes_max(s, n))), false, )
ROW(char *, __strndup, (const char *s, size_t n), (s, n), BLOCK,
    WHEN(rt_options.intercept_strndup, IN(s, rt_string_bytes_max(s, n))), false, )

/* ---- collating ---- */

#define OUT_TRANSFORMED(to, n)                                                                     \
    if (r < n) {                                                                                   \
        OUT(to, (r + 1) * sizeof *(to))                                                            \
    }

ROW(size_t, strxfrm, (char *to, const char *from, size_t n), (to, from, n), BLOCK, IN_S(from), true,
    OUT_TRANSFORMED(to, n))
ROW(size_t, strxfrm_l, (char *to, const char *from, size_t n, locale_t l), (to, from, n, l), BLOCK,
    IN_S(from), true, OUT_TRANSFORMED(to, n))
ROW(size_t, __strxfrm_l, (char *to, const char *from, size_t n, locale_t l), (to, from, n, l),
    BLOCK, IN_S(from), true, OUT_TRANSFORMED(to, n))

/* ---- numbers: all up to and including the first byte that doesn't belong to it ---- */

#define NUMBER(ret, name, more_params, more_args)                                                  \
    RT_INTERCEPT(ret, name, (const char *s, char **end UNPAREN more_params))                       \
    {                                                                                              \
        RT_SCOPE(name);                                                                            \
        if (!t)                                                                                    \
            return RT_REAL(name)(s, end UNPAREN more_args);                                        \
        char *stop = NULL;                                                                         \
        ret r = RT_REAL(name)(s, &stop UNPAREN more_args);                                         \
        if (end) {                                                                                 \
            PUT(end)                                                                               \
            *end = stop;                                                                           \
        }                                                                                          \
        if (stop) {                                                                                \
            IN_PART(s, stop - s + 1)                                                               \
        }                                                                                          \
        return r;                                                                                  \
    }
#define UNPAREN(...) __VA_ARGS__

NUMBER(long, strtol, (, int base), (, base))
NUMBER(unsigned long, strtoul, (, int base), (, base))
NUMBER(long long, strtoll, (, int base), (, base))
NUMBER(unsigned long long, strtoull, (, int base), (, base))
NUMBER(intmax_t, strtoimax, (, int base), (, base))
NUMBER(uintmax_t, strtoumax, (, int base), (, base))
NUMBER(long, __isoc23_strtol, (, int base), (, base))
NUMBER(unsigned long, __isoc23_strtoul, (, int base), (, base))
NUMBER(long long, __isoc23_strtoll, (, int base), (, base))
NUMBER(unsigned long long, __isoc23_strtoull, (, int base), (, base))
NUMBER(intmax_t, __isoc23_strtoimax, (, int base), (, base))
NUMBER(uintmax_t, __isoc23_strtoumax, (, int base), (, base))
NUMBER(float, strtof, (), ())
NUMBER(double, strtod, (), ())
NUMBER(long double, strtold, (), ())

/* ---- messages ---- */

/* GNU: the text may be libc's own, then buf is untouched. */
ROW(char *, strerror_r, (int error, char *buf, size_t n), (error, buf, n), HIDDEN, , r == buf,
    OUT_S(buf))
ROW(int, __xpg_strerror_r, (int error, char *buf, size_t n), (error, buf, n), HIDDEN, , n > 0,
    OUT_S(buf))
