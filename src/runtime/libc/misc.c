/*
 * The rest of libc that returns something through its arguments. HIDDEN are the functions with
 * caches behind them (time zones, locales, character sets, compiled expressions).
 */
#include "rows.h"
#include <execinfo.h>
#include <glob.h>
#include <iconv.h>
#include <libintl.h>
#include <linux/capability.h>
#include <locale.h>
#include <netinet/in.h>
#include <regex.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include <wordexp.h>

/* A row stays a row. */
/* clang-format off */

#undef gettext
#undef dgettext
#undef dcgettext

/* regexec() is declared with an array of variable length. */
#pragma GCC diagnostic ignored "-Wvla-parameter"

/* ---- time ---- */

VOID_ROW(tzset, (void), (), HIDDEN, , )
ROW(struct tm *, localtime, (const time_t *when), (when), HIDDEN, GET(when), true, STATIC(r))
ROW(struct tm *, gmtime, (const time_t *when), (when), HIDDEN, GET(when), true, STATIC(r))
ROW(struct tm *, localtime_r, (const time_t *when, struct tm *tm), (when, tm), HIDDEN, GET(when), r,
    PUT(tm))
ROW(struct tm *, gmtime_r, (const time_t *when, struct tm *tm), (when, tm), HIDDEN, GET(when), r,
    PUT(tm))
ROW(char *, ctime, (const time_t *when), (when), HIDDEN, GET(when), true, STATIC_S(r))
ROW(char *, ctime_r, (const time_t *when, char *buf), (when, buf), HIDDEN, GET(when), true,
    OUT_S(r))
ROW(char *, asctime, (const struct tm *tm), (tm), NOW, GET(tm), true, STATIC_S(r))
ROW(char *, asctime_r, (const struct tm *tm, char *buf), (tm, buf), NOW, GET(tm), true, OUT_S(r))
ROW(time_t, mktime, (struct tm *tm), (tm), HIDDEN, GET(tm), r != -1, PUT(tm))
ROW(time_t, timelocal, (struct tm *tm), (tm), HIDDEN, GET(tm), r != -1, PUT(tm))
ROW(time_t, timegm, (struct tm *tm), (tm), HIDDEN, GET(tm), r != -1, PUT(tm))
ROW(size_t, strftime, (char *to, size_t n, const char *format, const struct tm *tm),
    (to, n, format, tm), HIDDEN, IN_S(format) GET(tm), r > 0, OUT(to, r + 1))
/* Members that the format doesn't name stay as they were, so they count as read only. */
ROW(char *, strptime, (const char *s, const char *format, struct tm *tm), (s, format, tm), HIDDEN,
    IN_S(format), true, IN(s, r ? r - s : rt_string_bytes(s)) WHEN(r, GET(tm)))

/* ---- locales and messages ---- */

ROW(char *, setlocale, (int category, const char *name), (category, name), HIDDEN, IN_S(name),
    false, )
ROW(locale_t, newlocale, (int mask, const char *name, locale_t base), (mask, name, base), HIDDEN,
    IN_S(name), false, )
VOID_ROW(freelocale, (locale_t l), (l), HIDDEN, , )
ROW(char *, textdomain, (const char *domain), (domain), HIDDEN, IN_S(domain), false, )
ROW(char *, bindtextdomain, (const char *domain, const char *dir), (domain, dir), HIDDEN,
    IN_S(domain) IN_S(dir), false, )
ROW(char *, gettext, (const char *s), (s), HIDDEN, IN_S(s), false, )
ROW(char *, dgettext, (const char *domain, const char *s), (domain, s), HIDDEN,
    IN_S(domain) IN_S(s), false, )
ROW(char *, dcgettext, (const char *domain, const char *s, int category), (domain, s, category),
    HIDDEN, IN_S(domain) IN_S(s), false, )

ROW(iconv_t, iconv_open, (const char *to, const char *from), (to, from), HIDDEN,
    IN_S(to) IN_S(from), false, )
ROW(int, iconv_close, (iconv_t cd), (cd), HIDDEN, , false, )
ROW(size_t, iconv, (iconv_t cd, char **in, size_t *in_n, char **out, size_t *out_n),
    (cd, in, in_n, out, out_n), HIDDEN,
    GET(in) GET(in_n) GET(out) GET(out_n) LET(char *, from, in ? *in : NULL)
        LET(char *, to, out ? *out : NULL),
    true,
    WHEN(from, IN(from, *in - from) PUT(in) PUT(in_n))
        WHEN(to, OUT(to, *out - to) PUT(out) PUT(out_n)))

/* ---- regular expressions: matching extends the compiled form under a lock of its own ---- */

ROW(int, regcomp, (regex_t *re, const char *s, int flags), (re, s, flags), HIDDEN, IN_S(s), true,
    PUT(re))
ROW(int, regexec, (const regex_t *re, const char *s, size_t n, regmatch_t m[], int flags),
    (re, s, n, m, flags), HIDDEN, WHEN(!(flags & REG_STARTEND), IN_S(s)), r == 0 && !re->no_sub,
    OUT(m, n * sizeof *m))
ROW(size_t, regerror, (int error, const regex_t *re, char *buf, size_t n), (error, re, buf, n),
    HIDDEN, , n > 0, OUT_S(buf))
VOID_ROW(regfree, (regex_t *re), (re), HIDDEN, GET(re), )

/* ---- patterns. BLOCK: glob may be given functions of the program. ---- */

ROW(int, glob, (const char *pattern, int flags, int (*on_error)(const char *, int), glob_t *g),
    (pattern, flags, on_error, g), BLOCK, IN_S(pattern), true, PUT(g))
ROW(int, glob64, (const char *pattern, int flags, int (*on_error)(const char *, int), glob64_t *g),
    (pattern, flags, on_error, g), BLOCK, IN_S(pattern), true, PUT(g))
ROW(int, wordexp, (const char *words, wordexp_t *w, int flags), (words, w, flags), BLOCK,
    IN_S(words), r == 0, PUT(w))

/* ---- random numbers with a state of the caller ---- */

ROW(int, rand_r, (unsigned *seed), (seed), NOW, , true, PUT(seed))
ROW(int, random_r, (struct random_data *state, int32_t *result), (state, result), NOW, , true,
    PUT(state) PUT(result))
ROW(int, drand48_r, (struct drand48_data *state, double *result), (state, result), NOW, , true,
    PUT(state) PUT(result))
ROW(int, lrand48_r, (struct drand48_data *state, long *result), (state, result), NOW, , true,
    PUT(state) PUT(result))

/* ---- the system and the process ---- */

ROW(int, uname, (struct utsname *u), (u), NOW, , r == 0, PUT(u))
ROW(int, gethostname, (char *buf, size_t n), (buf, n), NOW, , r == 0,
    OUT(buf, rt_string_bytes_max(buf, n)))
ROW(int, getdomainname, (char *buf, size_t n), (buf, n), NOW, , r == 0,
    OUT(buf, rt_string_bytes_max(buf, n)))
ROW(size_t, confstr, (int name, char *buf, size_t n), (name, buf, n), NOW, , r > 0 && n > 0,
    OUT(buf, r < n ? r : n))
ROW(int, getresuid, (uid_t *real, uid_t *effective, uid_t *saved), (real, effective, saved), NOW, ,
    r == 0, PUT(real) PUT(effective) PUT(saved))
ROW(int, getresgid, (gid_t *real, gid_t *effective, gid_t *saved), (real, effective, saved), NOW, ,
    r == 0, PUT(real) PUT(effective) PUT(saved))
ROW(int, getrusage, (__rusage_who_t who, struct rusage *u), (who, u), NOW, , r == 0, PUT(u))
static size_t capability_bytes(const struct __user_cap_header_struct *h)
{
    return sizeof(struct __user_cap_data_struct) *
           (h->version == _LINUX_CAPABILITY_VERSION_1 ? 1 : 2);
}

ROW(int, capget, (struct __user_cap_header_struct *h, struct __user_cap_data_struct *data),
    (h, data), NOW, GET(h), r == 0, OUT(data, capability_bytes(h)))
ROW(int, capset, (struct __user_cap_header_struct *h, const struct __user_cap_data_struct *data),
    (h, data), NOW, GET(h) WHEN(h, IN(data, capability_bytes(h))), false, )
ROW(int, mincore, (void *addr, size_t n, unsigned char *map), (addr, n, map), NOW, , r == 0,
    OUT(map, (n + 4095) / 4096))
ROW(int, backtrace, (void **list, int n), (list, n), BLOCK, , r > 0,
    OUT(list, (size_t)r * sizeof *list))
ROW(char **, backtrace_symbols, (void *const *list, int n), (list, n), BLOCK,
    IN(list, n > 0 ? (size_t)n * sizeof *list : 0), false, )
ROW(char *, get_current_dir_name, (void), (), BLOCK, , false, )

/* ---- the environment: its array is grown by one thread, under a lock, and again by another ----
 */

ROW(int, setenv, (const char *name, const char *value, int replace), (name, value, replace), HIDDEN,
    IN_S(name) IN_S(value), false, )
ROW(int, unsetenv, (const char *name), (name), HIDDEN, IN_S(name), false, )
ROW(int, putenv, (char *text), (text), HIDDEN, IN_S(text), false, )
ROW(int, clearenv, (void), (), HIDDEN, , false, )

/* ---- terminals ---- */

ROW(int, tcgetattr, (int fd, struct termios *attr), (fd, attr), NOW, USE_FD(fd), r == 0, PUT(attr))
ROW(int, tcsetattr, (int fd, int when, const struct termios *attr), (fd, when, attr), BLOCK,
    USE_FD(fd) GET(attr), false, )
ROW(char *, ttyname, (int fd), (fd), HIDDEN, USE_FD(fd), true, STATIC_S(r))
ROW(int, ttyname_r, (int fd, char *buf, size_t n), (fd, buf, n), BLOCK, USE_FD(fd), r == 0,
    OUT_S(buf))
ROW(char *, ptsname, (int fd), (fd), HIDDEN, USE_FD(fd), true, STATIC_S(r))
ROW(int, ptsname_r, (int fd, char *buf, size_t n), (fd, buf, n), BLOCK, USE_FD(fd), r == 0,
    OUT_S(buf))
ROW(char *, ctermid, (char *buf), (buf), NOW, , r == buf, OUT_S(r))
