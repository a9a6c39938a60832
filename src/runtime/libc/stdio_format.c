/*
 * printf and scanf. Each row makes two functions, the one with "..." and the one with a va_list,
 * which is also the real function for both. What the format says about the arguments is found
 * out by core/printf_format.c.
 */
#include "../../core/printf_format.h"
#include "stream.h"
#include <stdarg.h>
#include <wchar.h>

/* A row stays a row. */
/* clang-format off */

extern FILE *stdin, *stdout;

#define UNPAREN(...) __VA_ARGS__

/* ---- printf ---- */

/* Fetches the arguments as words; of what isn't an integer or a pointer the value is not needed. */
static void fetch(const struct core_format_arg *args, int n, va_list ap, uintptr_t *values)
{
    for (int i = 0; i < n; i++) {
        values[i] = 0;
        switch (args[i].class) {
        case CORE_FORMAT_LONG:
            values[i] = va_arg(ap, uintptr_t);
            break;
        case CORE_FORMAT_DOUBLE:
            (void)va_arg(ap, double);
            break;
        case CORE_FORMAT_LONG_DOUBLE:
            (void)va_arg(ap, long double);
            break;
        default:
            values[i] = (uintptr_t)(intptr_t)va_arg(ap, int);
        }
    }
}

static size_t wide_read(const wchar_t *s, size_t max)
{
    size_t n = 0;
    while (n < max && s[n])
        n++;
    return (n < max ? n + 1 : n) * sizeof *s;
}

/* How many characters of a string may be read: %.5s, or %.*s with the value of its argument. */
static size_t string_limit(const struct core_format_arg *a, const struct core_format_arg *args,
                           const uintptr_t *values)
{
    intptr_t limit = a->limit;
    if (a->limit_arg && args[a->limit_arg - 1].class == CORE_FORMAT_INT)
        limit = (intptr_t)values[a->limit_arg - 1];
    return limit < 0 ? SIZE_MAX : (size_t)limit; /* a negative precision is none */
}

static void printf_events(struct rt_thread *t, rt_pc pc, const char *format, va_list ap)
{
    struct core_format_arg args[CORE_FORMAT_ARGS];
    uintptr_t values[CORE_FORMAT_ARGS];
    if (!rt_options.check_printf || !format)
        return;
    IN_S(format)
    int n = core_printf_parse(format, args);
    va_list copy;
    va_copy(copy, ap);
    fetch(args, n, copy, values);
    va_end(copy);
    for (int i = 0; i < n; i++) {
        void *p = (void *)values[i];
        if (!p)
            continue;
        size_t limit = string_limit(&args[i], args, values);
        if (args[i].use == CORE_FORMAT_STRING)
            IN(p, rt_string_bytes_max(p, limit))
        else if (args[i].use == CORE_FORMAT_WSTRING)
            IN(p, wide_read(p, limit))
        else if (args[i].use == CORE_FORMAT_COUNT)
            OUT(p, args[i].size)
    }
}

#define PRINTF(name, vname, params, args, before, ok, after)                                       \
    ROW(int, vname, (UNPAREN params, const char *format, va_list ap), args, BLOCK,                 \
        printf_events(t, pc, format, ap);                                                          \
        before, ok, after)                                                                         \
    RT_INTERCEPT(int, name, (UNPAREN params, const char *format, ...))                             \
    {                                                                                              \
        RT_SCOPE(name);                                                                            \
        int r;                                                                                     \
        va_list ap;                                                                                \
        va_start(ap, format);                                                                      \
        if (t) {                                                                                   \
            printf_events(t, pc, format, ap);                                                      \
            before BLOCK(r = RT_REAL(vname) args);                                           \
            if (ok) {                                                                              \
                after                                                                              \
            }                                                                                      \
        } else {                                                                                   \
            r = RT_REAL(vname) args;                                                               \
        }                                                                                          \
        va_end(ap);                                                                                \
        return r;                                                                                  \
    }

#define OUT_TEXT(s)        OUT(s, r + 1)
#define OUT_TEXT_MAX(s, n) OUT(s, (size_t)r < (n) ? (size_t)r + 1 : (n))

PRINTF(fprintf, vfprintf, (FILE *f), (f, format, ap), STREAM_GIVE(f), false, )
PRINTF(dprintf, vdprintf, (int fd), (fd, format, ap), GIVE(fd), false, )
PRINTF(sprintf, vsprintf, (char *s), (s, format, ap), , r >= 0, OUT_TEXT(s))
PRINTF(snprintf, vsnprintf, (char *s, size_t n), (s, n, format, ap), , r >= 0, OUT_TEXT_MAX(s, n))
PRINTF(asprintf, vasprintf, (char **s), (s, format, ap), , r >= 0, PUT(s))

/* as _FORTIFY_SOURCE calls them */
PRINTF(__printf_chk, __vprintf_chk, (int flag), (flag, format, ap), STREAM_GIVE(stdout), false, )
PRINTF(__fprintf_chk, __vfprintf_chk, (FILE *f, int flag), (f, flag, format, ap), STREAM_GIVE(f),
       false, )
PRINTF(__dprintf_chk, __vdprintf_chk, (int fd, int flag), (fd, flag, format, ap), GIVE(fd), false, )
PRINTF(__sprintf_chk, __vsprintf_chk, (char *s, int flag, size_t room), (s, flag, room, format, ap),
       , r >= 0, OUT_TEXT(s))
PRINTF(__snprintf_chk, __vsnprintf_chk, (char *s, size_t n, int flag, size_t room),
       (s, n, flag, room, format, ap), , r >= 0, OUT_TEXT_MAX(s, n))
PRINTF(__asprintf_chk, __vasprintf_chk, (char **s, int flag), (s, flag, format, ap), , r >= 0,
       PUT(s))

/* the one without another parameter */
ROW(int, vprintf, (const char *format, va_list ap), (format, ap), BLOCK,
    printf_events(t, pc, format, ap);
    STREAM_GIVE(stdout), false, )

RT_INTERCEPT(int, printf, (const char *format, ...))
{
    RT_SCOPE(printf);
    int r;
    va_list ap;
    va_start(ap, format);
    if (t) {
        printf_events(t, pc, format, ap);
        STREAM_GIVE(stdout)
        BLOCK(r = RT_REAL(vprintf)(format, ap));
    } else {
        r = RT_REAL(vprintf)(format, ap);
    }
    va_end(ap);
    return r;
}

/* ---- scanf ---- */

static void scanf_store(struct rt_thread *t, rt_pc pc, const struct core_format_arg *a, void *p)
{
    if (!p)
        return;
    if (a->use == CORE_FORMAT_STRING)
        OUT_S(p)
    else if (a->use == CORE_FORMAT_WSTRING)
        OUT(p, wide_read(p, SIZE_MAX))
    else
        OUT(p, a->size)
}

/* stored: what scanf returned, the number of conversions that succeeded. The first so many have
 * been written; a %n doesn't count and was reached if a later conversion was, or surely. */
static void scanf_events(struct rt_thread *t, rt_pc pc, const char *format, va_list ap, int stored)
{
    struct core_format_arg args[CORE_FORMAT_ARGS];
    uintptr_t values[CORE_FORMAT_ARGS];
    int n = core_scanf_parse(format, args), done = 0;
    fetch(args, n, ap, values);
    for (int i = 0; i < n; i++) {
        const struct core_format_arg *a = &args[i];
        bool count = a->use == CORE_FORMAT_COUNT;
        if (a->use == CORE_FORMAT_VALUE || (count && done == stored && !a->certain))
            continue;
        if (!count && done++ == stored)
            return;
        scanf_store(t, pc, a, (void *)values[i]);
    }
}

#define SCANF_BODY(vname, args, before, after)                                                     \
    va_list copy;                                                                                  \
    va_copy(copy, ap);                                                                             \
    before IN_S(format) BLOCK(r = RT_REAL(vname) args);                                      \
    after if (r >= 0) scanf_events(t, pc, format, copy, r);                                        \
    va_end(copy);

#define SCANF(name, vname, params, args, before, after)                                            \
    RT_INTERCEPT(int, vname, (UNPAREN params, va_list ap))                                         \
    {                                                                                              \
        RT_SCOPE(vname);                                                                           \
        if (!t)                                                                                    \
            return RT_REAL(vname) args;                                                            \
        int r;                                                                                     \
        SCANF_BODY(vname, args, before, after)                                                     \
        return r;                                                                                  \
    }                                                                                              \
    RT_INTERCEPT(int, name, (UNPAREN params, ...))                                                 \
    {                                                                                              \
        RT_SCOPE(name);                                                                            \
        int r;                                                                                     \
        va_list ap;                                                                                \
        va_start(ap, format);                                                                      \
        if (t) {                                                                                   \
            SCANF_BODY(vname, args, before, after)                                                 \
        } else {                                                                                   \
            r = RT_REAL(vname) args;                                                               \
        }                                                                                          \
        va_end(ap);                                                                                \
        return r;                                                                                  \
    }

SCANF(scanf, vscanf, (const char *format), (format, ap), STREAM_ASK(stdin), STREAM_TAKE(stdin))
SCANF(fscanf, vfscanf, (FILE *f, const char *format), (f, format, ap), STREAM_ASK(f), STREAM_TAKE(f))
SCANF(sscanf, vsscanf, (const char *s, const char *format), (s, format, ap), IN_S(s), )

/* what <stdio.h> renames them to, before and after C23's binary numbers */
SCANF(__isoc99_scanf, __isoc99_vscanf, (const char *format), (format, ap), STREAM_ASK(stdin), STREAM_TAKE(stdin))
SCANF(__isoc99_fscanf, __isoc99_vfscanf, (FILE *f, const char *format), (f, format, ap), STREAM_ASK(f),
      STREAM_TAKE(f))
SCANF(__isoc99_sscanf, __isoc99_vsscanf, (const char *s, const char *format), (s, format, ap),
      IN_S(s), )
SCANF(__isoc23_scanf, __isoc23_vscanf, (const char *format), (format, ap), STREAM_ASK(stdin), STREAM_TAKE(stdin))
SCANF(__isoc23_fscanf, __isoc23_vfscanf, (FILE *f, const char *format), (f, format, ap), STREAM_ASK(f),
      STREAM_TAKE(f))
SCANF(__isoc23_sscanf, __isoc23_vsscanf, (const char *s, const char *format), (s, format, ap),
      IN_S(s), )
