/*
 * stdio except formatting (stdio_format.c). All calls are made as blocking: they do block, the
 * first one on a stream allocates its buffer, and fopencookie streams call the program back.
 */
#include "path.h"
#include "stream.h"
#include <wchar.h>

/* A row stays a row. */
/* clang-format off */

extern FILE *stdin, *stdout;

/* ---- opening and closing ---- */

#define OPENED(f, kind) rt_fd_create_as(t, pc, rt_stream_fd(f), RT_FD_##kind);

ROW(FILE *, fopen, (const char *path, const char *mode), (path, mode), BLOCK, IN_S(path) IN_S(mode),
    r, SEEN_PATH() OPENED(r, FILE))
ROW(FILE *, fopen64, (const char *path, const char *mode), (path, mode), BLOCK,
    IN_S(path) IN_S(mode), r, SEEN_PATH() OPENED(r, FILE))
ROW(FILE *, tmpfile, (void), (), BLOCK, , r, OPENED(r, FILE))
ROW(FILE *, tmpfile64, (void), (), BLOCK, , r, OPENED(r, FILE))
/* The descriptor is the one it was. */
ROW(FILE *, fdopen, (int fd, const char *mode), (fd, mode), BLOCK, USE_FD(fd) IN_S(mode), false, )
ROW(FILE *, fmemopen, (void *buf, size_t n, const char *mode), (buf, n, mode), BLOCK, IN_S(mode),
    false, )
ROW(FILE *, open_memstream, (char **buf, size_t *n), (buf, n), BLOCK, , r, PUT(buf) PUT(n))
ROW(FILE *, open_wmemstream, (wchar_t **buf, size_t *n), (buf, n), BLOCK, , r, PUT(buf) PUT(n))

/* Others may be printing to the stream meanwhile, which its lock allows; so may whoever has
 * allocated the buffer that is freed here. */
ROW(FILE *, freopen, (const char *path, const char *mode, FILE *f), (path, mode, f), HIDDEN,
    IN_S(path) IN_S(mode) STREAM_GIVE(f), r,
    SEEN_PATH() DO(rt_fd_replace(t, pc, rt_stream_fd(r), RT_FD_FILE)))
ROW(FILE *, freopen64, (const char *path, const char *mode, FILE *f), (path, mode, f), HIDDEN,
    IN_S(path) IN_S(mode) STREAM_GIVE(f), r,
    SEEN_PATH() DO(rt_fd_replace(t, pc, rt_stream_fd(r), RT_FD_FILE)))

ROW(int, fclose, (FILE *f), (f), BLOCK, STREAM_GIVE(f) DO(rt_fd_close(t, pc, rt_stream_fd(f))),
    false, )

/* ---- locking ---- */

void flockfile(FILE *f);
int ftrylockfile(FILE *f);
void funlockfile(FILE *f);

/* Its own thread may take it again. */
static void lock_stream(struct rt_thread *t, rt_pc pc, FILE *f, int (*try_lock)(FILE *))
{
    const struct rt_wait wait = {
        .op = CORE_OP_LOCK, .object = (rt_addr)f, .deadline_ns = RT_NEVER};
    while (try_lock(f))
        rt_turn_wait(t, pc, &wait);
}

ROW(int, ftrylockfile, (FILE *f), (f), NOW,
    DO(rt_turn_point(t, pc, CORE_OP_TRY_LOCK, (rt_addr)f)), r == 0, DO(rt_acquire(t, (rt_addr)f)))
VOID_ROW(funlockfile, (FILE *f), (f), NOW,
    DO(rt_turn_point(t, pc, CORE_OP_UNLOCK, (rt_addr)f)) DO(rt_release(t, (rt_addr)f)),
    WHEN(rt_controlled(), DO(rt_turn_wake(t, (rt_addr)f, RT_WAKE_ALL))))

RT_INTERCEPT(void, flockfile, (FILE *f))
{
    RT_SCOPE(flockfile);
    if (t && rt_controlled()) {
        rt_turn_point(t, pc, CORE_OP_LOCK, (rt_addr)f);
        lock_stream(t, pc, f, RT_REAL(ftrylockfile));
    } else if (t) {
        RT_BLOCKING(RT_REAL(flockfile)(f));
    } else {
        RT_REAL(flockfile)(f);
    }
    if (t)
        rt_acquire(t, (rt_addr)f);
}

/* Does a call that reads find nothing in the buffer? */
static bool is_empty(const FILE *f)
{
    return f->_IO_read_ptr >= f->_IO_read_end;
}

void rt_stream_wait(struct rt_thread *t, rt_pc pc, FILE *f, enum core_op op)
{
    int fd = rt_stream_fd(f);
    rt_turn_point(t, pc, op, f ? (rt_addr)f : rt_fd_object(fd));
    if (!f)
        return;
    bool reads = op == CORE_OP_IO_READ && fd >= 0;
    do {
        lock_stream(t, pc, f, RT_REAL(ftrylockfile));
        RT_REAL(funlockfile)(f);
    } while (reads && is_empty(f) && rt_waited_ready(t, pc, fd, POLLIN));
    rt_turn_outside_next(t); /* or somebody takes the lock, or the data, before the call */
}

/* ---- putting in ---- */

ROW(int, fflush, (FILE *f), (f), BLOCK, STREAM_GIVE(f), false, )
ROW(int, fflush_unlocked, (FILE *f), (f), BLOCK, STREAM_GIVE(f), false, )

ROW(size_t, fwrite, (const void *p, size_t size, size_t n, FILE *f), (p, size, n, f), BLOCK,
    IN(p, size * n) STREAM_GIVE(f), false, )
ROW(size_t, fwrite_unlocked, (const void *p, size_t size, size_t n, FILE *f), (p, size, n, f),
    BLOCK, IN(p, size * n) STREAM_GIVE(f), false, )
ROW(int, fputs, (const char *s, FILE *f), (s, f), BLOCK, IN_S(s) STREAM_GIVE(f), false, )
ROW(int, fputs_unlocked, (const char *s, FILE *f), (s, f), BLOCK, IN_S(s) STREAM_GIVE(f), false, )
ROW(int, puts, (const char *s), (s), BLOCK, IN_S(s) STREAM_GIVE(stdout), false, )
ROW(int, fputc, (int c, FILE *f), (c, f), BLOCK, STREAM_GIVE(f), false, )
ROW(int, putc, (int c, FILE *f), (c, f), BLOCK, STREAM_GIVE(f), false, )
ROW(int, putchar, (int c), (c), BLOCK, STREAM_GIVE(stdout), false, )
/* what the inlined putc_unlocked() calls when the buffer is full */
ROW(int, __overflow, (FILE *f, int c), (f, c), BLOCK, STREAM_GIVE(f), false, )
VOID_ROW(perror, (const char *s), (s), BLOCK, IN_S(s), )

#define IN_WS(s) IN(s, ((s) ? rt_wide_length(s) + 1 : 0) * sizeof(wchar_t))

ROW(wint_t, fputwc, (wchar_t c, FILE *f), (c, f), BLOCK, STREAM_GIVE(f), false, )
ROW(wint_t, putwc, (wchar_t c, FILE *f), (c, f), BLOCK, STREAM_GIVE(f), false, )
ROW(int, fputws, (const wchar_t *s, FILE *f), (s, f), BLOCK, IN_WS(s) STREAM_GIVE(f), false, )

/* ---- taking out ---- */

ROW(size_t, fread, (void *p, size_t size, size_t n, FILE *f), (p, size, n, f), BLOCK, STREAM_ASK(f), true,
    STREAM_TAKE(f) OUT(p, r * size))
ROW(size_t, fread_unlocked, (void *p, size_t size, size_t n, FILE *f), (p, size, n, f), BLOCK, STREAM_ASK(f),
    true, STREAM_TAKE(f) OUT(p, r * size))
ROW(size_t, __fread_chk, (void *p, size_t room, size_t size, size_t n, FILE *f),
    (p, room, size, n, f), BLOCK, STREAM_ASK(f), true, STREAM_TAKE(f) OUT(p, r * size))
ROW(char *, fgets, (char *s, int n, FILE *f), (s, n, f), BLOCK, STREAM_ASK(f), true, STREAM_TAKE(f) OUT_S(r))
ROW(char *, fgets_unlocked, (char *s, int n, FILE *f), (s, n, f), BLOCK, STREAM_ASK(f), true,
    STREAM_TAKE(f) OUT_S(r))
ROW(char *, __fgets_chk, (char *s, size_t room, int n, FILE *f), (s, room, n, f), BLOCK, STREAM_ASK(f), true,
    STREAM_TAKE(f) OUT_S(r))
ROW(int, fgetc, (FILE *f), (f), BLOCK, STREAM_ASK(f), true, STREAM_TAKE(f))
ROW(int, getc, (FILE *f), (f), BLOCK, STREAM_ASK(f), true, STREAM_TAKE(f))
ROW(int, getchar, (void), (), BLOCK, STREAM_ASK(stdin), true, STREAM_TAKE(stdin))
/* what the inlined getc_unlocked() calls when the buffer is empty */
ROW(int, __uflow, (FILE *f), (f), BLOCK, STREAM_ASK(f), true, STREAM_TAKE(f))

ROW(wint_t, fgetwc, (FILE *f), (f), BLOCK, STREAM_ASK(f), true, STREAM_TAKE(f))
ROW(wint_t, getwc, (FILE *f), (f), BLOCK, STREAM_ASK(f), true, STREAM_TAKE(f))
ROW(wchar_t *, fgetws, (wchar_t *s, int n, FILE *f), (s, n, f), BLOCK, STREAM_ASK(f), true,
    STREAM_TAKE(f) OUT(r, r ? (rt_wide_length(r) + 1) * sizeof *r : 0))

/* The buffer is the caller's; realloc() in here is seen as the program's. */
#define LINE_BEFORE()                                                                              \
    STREAM_ASK(f)                                                                                  \
    GET(line)                                                                                      \
    GET(n)
#define LINE_AFTER()                                                                               \
    STREAM_TAKE(f)                                                                                 \
    PUT(line)                                                                                      \
    PUT(n)                                                                                         \
    if (r >= 0)                                                                                    \
    OUT(*line, r + 1)

ROW(ssize_t, getline, (char **line, size_t *n, FILE *f), (line, n, f), BLOCK, LINE_BEFORE(), true,
    LINE_AFTER())
ROW(ssize_t, getdelim, (char **line, size_t *n, int end, FILE *f), (line, n, end, f), BLOCK,
    LINE_BEFORE(), true, LINE_AFTER())
ROW(ssize_t, __getdelim, (char **line, size_t *n, int end, FILE *f), (line, n, end, f), BLOCK,
    LINE_BEFORE(), true, LINE_AFTER())
