/*
 * Wide strings, and conversions between them and multibyte strings.
 */
#include "rows.h"
#include <stdlib.h>
#include <wchar.h>

/* A row stays a row. */
/* clang-format off */

#define WIDE sizeof(wchar_t)

size_t rt_wide_length(const wchar_t *s)
{
    size_t n = 0;
    while (s[n])
        n++;
    return n;
}

static size_t wide_upto(const wchar_t *s, size_t max)
{
    size_t n = 0;
    while (n < max && s[n])
        n++;
    return n < max ? n + 1 : max;
}

#define IN_WS(s) IN(s, ((s) ? rt_wide_length(s) + 1 : 0) * WIDE)

/* ---- as their narrow counterparts in string.c and memory.c ---- */

ROW(size_t, wcslen, (const wchar_t *s), (s), NOW, , rt_options.intercept_strlen,
    IN(s, (r + 1) * WIDE))
ROW(size_t, wcsnlen, (const wchar_t *s, size_t max), (s, max), NOW, , rt_options.intercept_strlen,
    IN(s, (r < max ? r + 1 : max) * WIDE))

static size_t wide_compared(const wchar_t *a, const wchar_t *b, size_t max)
{
    for (size_t i = 0; i < max; i++)
        if (!a[i] || a[i] != b[i])
            return i + 1;
    return max;
}

#define IN_WIDE_COMPARED(a, b, max)                                                                \
    {                                                                                              \
        size_t n_ = wide_compared(a, b, max) * WIDE;                                               \
        IN(a, n_)                                                                                  \
        IN(b, n_)                                                                                  \
    }

ROW(int, wcscmp, (const wchar_t *a, const wchar_t *b), (a, b), NOW, , rt_options.intercept_strcmp,
    IN_WIDE_COMPARED(a, b, SIZE_MAX))
ROW(int, wcsncmp, (const wchar_t *a, const wchar_t *b, size_t n), (a, b, n), NOW, ,
    rt_options.intercept_strcmp, IN_WIDE_COMPARED(a, b, n))

ROW(wchar_t *, wcschr, (const wchar_t *s, wchar_t c), (s, c), NOW, , rt_options.intercept_strchr,
    IN(s, (r ? (size_t)(r - s) : rt_wide_length(s)) * WIDE + WIDE))
ROW(wchar_t *, wcsrchr, (const wchar_t *s, wchar_t c), (s, c), NOW, , rt_options.intercept_strchr,
    IN_WS(s))
ROW(wchar_t *, wcsstr, (const wchar_t *s, const wchar_t *what), (s, what), NOW, ,
    rt_options.intercept_strstr,
    IN(s, r ? ((size_t)(r - s) + rt_wide_length(what)) * WIDE : (rt_wide_length(s) + 1) * WIDE)
        IN_WS(what))

ROW(wchar_t *, wcscpy, (wchar_t *to, const wchar_t *from), (to, from), NOW,
    IN_WS(from) OUT(to, (rt_wide_length(from) + 1) * WIDE), false, )
ROW(wchar_t *, wcsncpy, (wchar_t *to, const wchar_t *from, size_t n), (to, from, n), NOW,
    IN(from, wide_upto(from, n) * WIDE) OUT(to, n * WIDE), false, )

static void wide_append(struct rt_thread *t, rt_pc pc, const wchar_t *to, const wchar_t *from,
                        size_t max)
{
    size_t old = rt_wide_length(to), n = wide_upto(from, max);
    IN(to, (old + 1) * WIDE)
    IN(from, n * WIDE)
    OUT(to + old, (n && !from[n - 1] ? n : n + 1) * WIDE)
}

ROW(wchar_t *, wcscat, (wchar_t *to, const wchar_t *from), (to, from), NOW,
    DO(wide_append(t, pc, to, from, SIZE_MAX)), false, )
ROW(wchar_t *, wcsncat, (wchar_t *to, const wchar_t *from, size_t n), (to, from, n), NOW,
    DO(wide_append(t, pc, to, from, n)), false, )
ROW(wchar_t *, wcsdup, (const wchar_t *s), (s), BLOCK, IN_WS(s), false, )

ROW(wchar_t *, wmemcpy, (wchar_t *to, const wchar_t *from, size_t n), (to, from, n), NOW,
    IN(from, n * WIDE) OUT(to, n * WIDE), false, )
ROW(wchar_t *, wmempcpy, (wchar_t *to, const wchar_t *from, size_t n), (to, from, n), NOW,
    IN(from, n * WIDE) OUT(to, n * WIDE), false, )
ROW(wchar_t *, wmemmove, (wchar_t *to, const wchar_t *from, size_t n), (to, from, n), NOW,
    IN(from, n * WIDE) OUT(to, n * WIDE), false, )
ROW(wchar_t *, wmemset, (wchar_t *p, wchar_t c, size_t n), (p, c, n), NOW, OUT(p, n * WIDE),
    false, )
ROW(int, wmemcmp, (const wchar_t *a, const wchar_t *b, size_t n), (a, b, n), NOW,
    IN(a, n * WIDE) IN(b, n * WIDE), false, )
ROW(wchar_t *, wmemchr, (const wchar_t *p, wchar_t c, size_t n), (p, c, n), NOW, , true,
    IN(p, (r ? (size_t)(r - p) + 1 : n) * WIDE))

/* ---- multibyte to wide. The result is the number of elements, -1 is an error. ---- */

/* Where a conversion stops it leaves *from, NULL after the terminating zero. */
#define OUT_CONVERTED(to, max, size)                                                               \
    if (to) {                                                                                      \
        OUT(to, (r < (max) ? r + 1 : r) * (size))                                                  \
        PUT(from)                                                                                  \
    }

ROW(size_t, mbstowcs, (wchar_t *to, const char *from, size_t n), (to, from, n), BLOCK, ,
    r != SIZE_MAX,
    IN(from, !to || r < n ? rt_string_bytes(from) : (ssize_t)r) OUT(to, (r < n ? r + 1 : r) * WIDE))
ROW(size_t, mbsrtowcs, (wchar_t *to, const char **from, size_t n, mbstate_t *state),
    (to, from, n, state), BLOCK, GET(from) LET(const char *, start, *from) GET(state),
    r != SIZE_MAX,
    IN(start, to && *from ? *from - start : rt_string_bytes(start)) OUT_CONVERTED(to, n, WIDE)
        PUT(state))
ROW(size_t, mbsnrtowcs, (wchar_t *to, const char **from, size_t bytes, size_t n, mbstate_t *state),
    (to, from, bytes, n, state), BLOCK,
    GET(from) IN(*from, *from ? rt_string_bytes_max(*from, bytes) : 0) GET(state), r != SIZE_MAX,
    OUT_CONVERTED(to, n, WIDE) PUT(state))
ROW(size_t, mbrtowc, (wchar_t *to, const char *s, size_t n, mbstate_t *state), (to, s, n, state),
    BLOCK, GET(state), true, IN(s, r <= n ? (r ? r : 1) : n) WHEN(r <= n, PUT(to)) PUT(state))
ROW(int, mbtowc, (wchar_t *to, const char *s, size_t n), (to, s, n), BLOCK, , r >= 0,
    IN(s, r ? r : 1) WHEN(s, PUT(to)))

/* ---- wide to multibyte ---- */

ROW(size_t, wcstombs, (char *to, const wchar_t *from, size_t n), (to, from, n), BLOCK, ,
    r != SIZE_MAX,
    IN(from, (!to || r < n ? rt_wide_length(from) + 1 : 1) * WIDE) OUT(to, r < n ? r + 1 : r))
ROW(size_t, wcsrtombs, (char *to, const wchar_t **from, size_t n, mbstate_t *state),
    (to, from, n, state), BLOCK, GET(from) LET(const wchar_t *, start, *from) GET(state),
    r != SIZE_MAX,
    IN(start, (to && *from ? (size_t)(*from - start) : rt_wide_length(start) + 1) * WIDE)
        OUT_CONVERTED(to, n, 1) PUT(state))
ROW(size_t, wcsnrtombs, (char *to, const wchar_t **from, size_t wides, size_t n, mbstate_t *state),
    (to, from, wides, n, state), BLOCK,
    GET(from) IN(*from, *from ? wide_upto(*from, wides) * WIDE : 0) GET(state), r != SIZE_MAX,
    OUT_CONVERTED(to, n, 1) PUT(state))
ROW(size_t, wcrtomb, (char *to, wchar_t c, mbstate_t *state), (to, c, state), BLOCK, GET(state),
    r != SIZE_MAX, OUT(to, r) PUT(state))
ROW(int, wctomb, (char *to, wchar_t c), (to, c), BLOCK, , r > 0, OUT(to, r))

/* ---- collating ---- */

ROW(size_t, wcsxfrm, (wchar_t *to, const wchar_t *from, size_t n), (to, from, n), BLOCK,
    IN_WS(from), r < n, OUT(to, (r + 1) * WIDE))
ROW(size_t, wcsxfrm_l, (wchar_t *to, const wchar_t *from, size_t n, locale_t l), (to, from, n, l),
    BLOCK, IN_WS(from), r < n, OUT(to, (r + 1) * WIDE))
ROW(size_t, __wcsxfrm_l, (wchar_t *to, const wchar_t *from, size_t n, locale_t l),
    (to, from, n, l), BLOCK, IN_WS(from), r < n, OUT(to, (r + 1) * WIDE))
ROW(int, wcscoll, (const wchar_t *a, const wchar_t *b), (a, b), BLOCK, IN_WS(a) IN_WS(b), false, )
