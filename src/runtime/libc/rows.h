/*
 * Interceptors as rows: most libc functions do nothing to a program's threads but read what
 * some arguments point to and write what others point to. Such a function is one row:
 *
 *     ROW(ssize_t, pread, (int fd, void *buf, size_t n, off_t at), (fd, buf, n, at),
 *         BLOCK, USE_FD(fd), r >= 0, TAKE(fd) OUT(buf, r))
 *
 *     result, name, parameters, arguments;
 *     how the real function is called: NOW, BLOCK (may block, allocate or call back) or
 *         HIDDEN (BLOCK, but the memory it touches through us is libc's own business), or IO (on a
 *         descriptor: BLOCK, but when threads are controlled it is ready, see ready.h);
 *     what happens before the call;
 *     a condition on the result r, and what happens after the call when it holds.
 *
 * VOID_ROW has neither result nor condition. MODELLED has one more, after the arguments: what is
 * called instead when a strategy controls the threads (turn.h). Events are words from below, one
 * after another, without punctuation between them; none may expand to a bare comma. DO() makes a
 * word of a function call, LET() of a variable that is kept over the call, WHEN() a condition of
 * words. A row does nothing when the scope passes through.
 */
#ifndef REPRISE_RUNTIME_LIBC_ROWS_H
#define REPRISE_RUNTIME_LIBC_ROWS_H

#include "../fd.h"
#include "../format.h"
#include "../hook.h"
#include "../options.h"
#include "../turn.h"
#include "ready.h"
#include <errno.h>
#include <stddef.h>

#define ROW(ret, name, params, args, call, before, ok, after)                                      \
    RT_INTERCEPT(ret, name, params)                                                                \
    {                                                                                              \
        RT_SCOPE(name);                                                                            \
        if (!t)                                                                                    \
            return RT_REAL(name) args;                                                             \
        before ret r;                                                                              \
        call(r = RT_REAL(name) args);                                                              \
        if (ok) {                                                                                  \
            after                                                                                  \
        }                                                                                          \
        return r;                                                                                  \
    }

#define MODELLED(ret, name, params, args, model, call, before, ok, after)                          \
    RT_INTERCEPT(ret, name, params)                                                                \
    {                                                                                              \
        RT_SCOPE(name);                                                                            \
        if (!t)                                                                                    \
            return RT_REAL(name) args;                                                             \
        before ret r;                                                                              \
        if (rt_controlled()) {                                                                     \
            r = model;                                                                             \
        } else {                                                                                   \
            call(r = RT_REAL(name) args);                                                          \
        }                                                                                          \
        if (ok) {                                                                                  \
            after                                                                                  \
        }                                                                                          \
        return r;                                                                                  \
    }

#define VOID_ROW(name, params, args, call, before, after)                                          \
    RT_INTERCEPT(void, name, params)                                                               \
    {                                                                                              \
        RT_SCOPE(name);                                                                            \
        if (!t) {                                                                                  \
            RT_REAL(name) args;                                                                    \
            return;                                                                                \
        }                                                                                          \
        before call(RT_REAL(name) args);                                                           \
        after                                                                                      \
    }

/* ---- how to call ---- */

#define NOW(x) x
/* What it did may let others go on that wait for a descriptor. */
#define BLOCK(x)                                                                                   \
    do {                                                                                           \
        RT_BLOCKING(x);                                                                            \
        FDS_CHANGED()                                                                              \
    } while (0)
#define HIDDEN(x)                                                                                  \
    do {                                                                                           \
        struct rt_thread *rt_h_ __attribute__((cleanup(rt_row_show))) = rt_row_hide(t);            \
        RT_BLOCKING(x);                                                                            \
    } while (0)

#define IO(x)                                                                                      \
    do {                                                                                           \
        if (rt_controlled()) {                                                                     \
            x;                                                                                     \
            rt_turn_fd_changed(t);                                                                 \
        } else {                                                                                   \
            RT_BLOCKING(x);                                                                        \
        }                                                                                          \
    } while (0)

static inline struct rt_thread *rt_row_hide(struct rt_thread *t)
{
    t->ignore_reads++;
    t->ignore_writes++;
    return t;
}

static inline void rt_row_show(struct rt_thread **t)
{
    (*t)->ignore_reads--;
    (*t)->ignore_writes--;
}

/* ---- events ---- */

#define DO(call)               call;
#define LET(type, name, value) type name = (value);
#define WHEN(condition, words)                                                                     \
    if (condition) {                                                                               \
        words                                                                                      \
    }

/* Reads or writes n bytes at p; nothing when p is NULL or n is not positive. */
#define IN(p, n)  rt_row_in(t, pc, (p), (ssize_t)(n));
#define OUT(p, n) rt_row_out(t, pc, (p), (ssize_t)(n));
/* Reads or writes the object that p points to. */
#define GET(p) IN((p), sizeof *(p))
#define PUT(p) OUT((p), sizeof *(p))
/* Reads or writes a string, its terminating zero included. */
#define IN_S(s)  rt_row_in(t, pc, (s), (s) ? rt_string_bytes(s) : 0);
#define OUT_S(s) rt_row_out(t, pc, (s), (s) ? rt_string_bytes(s) : 0);
/* A static result of libc's own. Its locks order the calls that write it, but nobody who reads
 * what was returned: an atomic write races with plain reads, not with its likes. */
#define STATIC(p)   rt_row_static(t, pc, (p), sizeof *(p));
#define STATIC_S(s) rt_row_static(t, pc, (s), (s) ? (size_t)rt_string_bytes(s) : 0);
/* Reads n bytes of a string that a function needed, all of it with strict_string_checks. */
#define IN_PART(s, n)                                                                              \
    rt_row_in(t, pc, (s), rt_options.strict_string_checks ? rt_string_bytes(s) : (ssize_t)(n));

/* A descriptor is used; data was taken out of it; data will be put into it (also a use). */
#define USE_FD(fd) rt_fd_access(t, pc, (fd));
#define TAKE(fd)   rt_fd_acquire(t, pc, (fd));
#define GIVE(fd)   rt_row_give(t, pc, (fd));
/* A new descriptor of a kind (FILE, SOCKET, EVENT, PLAIN). */
#define NEW_FD(fd, kind) rt_fd_create_as(t, pc, (fd), RT_FD_##kind);

/* What follows is about a descriptor: a schedule point. With WAIT_IN and WAIT_OUT the thread waits
 * until it can be read or written at once; where that fails, the row does. They come first. */
#define AT_FD(op, fd) rt_turn_point(t, pc, CORE_OP_##op, rt_fd_object(fd));
#define WAIT_IN(fd)                                                                                \
    if (!rt_wait_ready(t, pc, CORE_OP_IO_READ, (fd), POLLIN))                                      \
        return -1;
#define WAIT_OUT(fd)                                                                               \
    if (!rt_wait_ready(t, pc, CORE_OP_IO_WRITE, (fd), POLLOUT))                                    \
        return -1;
/* Others may find a descriptor ready now. After the call. */
#define FDS_CHANGED()                                                                              \
    if (rt_controlled())                                                                           \
        rt_turn_fd_changed(t);

/* Passes the result of an operation on, after others may find a descriptor ready. */
static inline ssize_t rt_told(struct rt_thread *t, ssize_t result)
{
    rt_turn_fd_changed(t);
    return result;
}

static inline void rt_row_give(struct rt_thread *t, rt_pc pc, int fd)
{
    rt_fd_access(t, pc, fd);
    rt_fd_release(t, pc, fd);
}

static inline void rt_row_in(struct rt_thread *t, rt_pc pc, const void *p, ssize_t n)
{
    if (p && n > 0)
        rt_read_range(t, pc, p, (size_t)n);
}

static inline void rt_row_out(struct rt_thread *t, rt_pc pc, const void *p, ssize_t n)
{
    if (p && n > 0)
        rt_write_range(t, pc, p, (size_t)n);
}

static inline void rt_row_static(struct rt_thread *t, rt_pc pc, const void *p, size_t n)
{
    if (p)
        rt_access_range(t, pc, (rt_addr)p, n, RT_ATOMIC_WRITE);
}

/* strlen() + 1 by the real strlen. string.c. */
ssize_t rt_string_bytes(const char *s);
/* The first n bytes at most. */
ssize_t rt_string_bytes_max(const char *s, size_t n);

/* wchar.c */
size_t rt_wide_length(const wchar_t *s);

/* memory.c: the events of memcpy, memmove and memset, and the real functions. self is the
 * interceptor (plus 1), caller where it returns to; both symbols of one operation share them. */
void *rt_copy(rt_pc self, rt_pc caller, void *to, const void *from, size_t n);
void *rt_fill(rt_pc self, rt_pc caller, void *p, int c, size_t n);

#endif
