/*
 * memcpy and its relatives.
 *
 * Everybody calls these, at any time: the dynamic linker's resolvers before libc is relocated,
 * compilers that turn the assignment of a struct into a call, the runtime's own code. So they
 * never look up the real function by themselves: while it is unknown, a plain loop does it, and
 * inside the runtime or on a foreign thread they do nothing else than to jump on.
 */
#include "rows.h"
#include <string.h>

/* A row stays a row. */
/* clang-format off */

/* Nothing to check: not our thread, or already inside the runtime. */
#define PASS_THROUGH() (!rt_self() || rt_tls.depth > 0)

RT_INTERCEPT(void *, memmove, (void *to, const void *from, size_t n));
RT_INTERCEPT(void *, memset, (void *p, int c, size_t n));
RT_INTERCEPT(int, memcmp, (const void *a, const void *b, size_t n));

static void *plain_move(void *to, const void *from, size_t n)
{
    char *d = to;
    const char *s = from;
    if ((uintptr_t)to - (uintptr_t)from >= n)
        return rt_memcpy(to, from, n);
    while (n--)
        d[n] = s[n];
    return to;
}

/* memcpy too is served by memmove, as glibc does where it matters: the copies that overlap in
 * real programs are then not made worse by being watched. */
static void *real_move(void *to, const void *from, size_t n)
{
    return (rt_real_memmove ? rt_real_memmove : plain_move)(to, from, n);
}

static void *real_fill(void *p, int c, size_t n)
{
    return (rt_real_memset ? rt_real_memset : rt_memset)(p, c, n);
}

static int real_compare(const void *a, const void *b, size_t n)
{
    return (rt_real_memcmp ? rt_real_memcmp : rt_memcmp)(a, b, n);
}

void *rt_copy(rt_pc self, rt_pc caller, void *to, const void *from, size_t n)
{
    if (PASS_THROUGH())
        return real_move(to, from, n);
    struct rt_scope scope __attribute__((cleanup(rt_scope_leave)));
    struct rt_thread *t = rt_scope_enter(&scope, caller);
    if (t && rt_options.intercept_intrin) {
        rt_read_range(t, self, from, n);
        rt_write_range(t, self, to, n);
    }
    return real_move(to, from, n);
}

void *rt_fill(rt_pc self, rt_pc caller, void *p, int c, size_t n)
{
    if (PASS_THROUGH())
        return real_fill(p, c, n);
    struct rt_scope scope __attribute__((cleanup(rt_scope_leave)));
    struct rt_thread *t = rt_scope_enter(&scope, caller);
    if (t && rt_options.intercept_intrin)
        rt_write_range(t, self, p, n);
    return real_fill(p, c, n);
}

#define SELF(name) ((rt_pc)RT_SELF(name) + 1)

RT_INTERCEPT(void *, memcpy, (void *to, const void *from, size_t n))
{
    return rt_copy(SELF(memcpy), RT_CALLER, to, from, n);
}

void *__interceptor_memmove(void *to, const void *from, size_t n)
{
    return rt_copy(SELF(memmove), RT_CALLER, to, from, n);
}

void *__interceptor_memset(void *p, int c, size_t n)
{
    return rt_fill(SELF(memset), RT_CALLER, p, c, n);
}

RT_INTERCEPT(void *, mempcpy, (void *to, const void *from, size_t n))
{
    return (char *)rt_copy(SELF(mempcpy), RT_CALLER, to, from, n) + n;
}

RT_INTERCEPT(void *, __mempcpy, (void *to, const void *from, size_t n))
{
    return (char *)rt_copy(SELF(mempcpy), RT_CALLER, to, from, n) + n;
}

RT_INTERCEPT(void, bcopy, (const void *from, void *to, size_t n))
{
    rt_copy(SELF(bcopy), RT_CALLER, to, from, n);
}

RT_INTERCEPT(void, bzero, (void *p, size_t n))
{
    rt_fill(SELF(bzero), RT_CALLER, p, 0, n);
}

RT_INTERCEPT(void, __bzero, (void *p, size_t n))
{
    rt_fill(SELF(bzero), RT_CALLER, p, 0, n);
}

RT_INTERCEPT(void, explicit_bzero, (void *p, size_t n))
{
    rt_fill(SELF(explicit_bzero), RT_CALLER, p, 0, n);
}

/* ---- with the size of the destination, as _FORTIFY_SOURCE calls them ---- */

#define CHECKED(ret, name, params, args, call)                                                     \
    RT_INTERCEPT(ret, name, params)                                                                \
    {                                                                                              \
        if (n > room)                                                                              \
            return RT_REAL(name) args; /* says what happened and aborts */                         \
        return call;                                                                               \
    }

CHECKED(void *, __memcpy_chk, (void *to, const void *from, size_t n, size_t room),
        (to, from, n, room), rt_copy(SELF(memcpy), RT_CALLER, to, from, n))
CHECKED(void *, __memmove_chk, (void *to, const void *from, size_t n, size_t room),
        (to, from, n, room), rt_copy(SELF(memmove), RT_CALLER, to, from, n))
CHECKED(void *, __mempcpy_chk, (void *to, const void *from, size_t n, size_t room),
        (to, from, n, room), (char *)rt_copy(SELF(mempcpy), RT_CALLER, to, from, n) + n)
CHECKED(void *, __memset_chk, (void *p, int c, size_t n, size_t room), (p, c, n, room),
        rt_fill(SELF(memset), RT_CALLER, p, c, n))
CHECKED(void, __explicit_bzero_chk, (void *p, size_t n, size_t room), (p, n, room),
        (void)rt_fill(SELF(explicit_bzero), RT_CALLER, p, 0, n))

/* ---- comparing and searching ---- */

static size_t bytes_compared(const void *a, const void *b, size_t n)
{
    const char *x = a, *y = b;
    if (rt_options.strict_memcmp)
        return n;
    for (size_t i = 0; i < n; i++)
        if (x[i] != y[i])
            return i + 1;
    return n;
}

static int compare(rt_pc self, rt_pc caller, const void *a, const void *b, size_t n)
{
    if (PASS_THROUGH())
        return real_compare(a, b, n);
    struct rt_scope scope __attribute__((cleanup(rt_scope_leave)));
    struct rt_thread *t = rt_scope_enter(&scope, caller);
    if (t && rt_options.intercept_memcmp) {
        size_t looked_at = bytes_compared(a, b, n);
        rt_read_range(t, self, a, looked_at);
        rt_read_range(t, self, b, looked_at);
    }
    return real_compare(a, b, n);
}

int __interceptor_memcmp(const void *a, const void *b, size_t n)
{
    return compare(SELF(memcmp), RT_CALLER, a, b, n);
}

RT_INTERCEPT(int, bcmp, (const void *a, const void *b, size_t n))
{
    return compare(SELF(bcmp), RT_CALLER, a, b, n);
}

RT_INTERCEPT(int, __memcmpeq, (const void *a, const void *b, size_t n))
{
    return compare(SELF(memcmp), RT_CALLER, a, b, n);
}

ROW(void *, memchr, (const void *p, int c, size_t n), (p, c, n), NOW, , true,
    IN(p, r ? (size_t)((char *)r - (char *)p + 1) : n))
ROW(void *, memrchr, (const void *p, int c, size_t n), (p, c, n), NOW, , true,
    IN(r ? r : p, r ? (size_t)((char *)p + n - (char *)r) : n))
ROW(void *, rawmemchr, (const void *p, int c), (p, c), NOW, , true,
    IN(p, (char *)r - (char *)p + 1))
ROW(void *, memmem, (const void *p, size_t n, const void *what, size_t m), (p, n, what, m), NOW, ,
    rt_options.intercept_memmem, IN(p, n) IN(what, m))
ROW(void *, memccpy, (void *to, const void *from, int c, size_t n), (to, from, c, n), NOW, , true,
    IN(from, r ? (size_t)((char *)r - (char *)to) : n)
        OUT(to, r ? (size_t)((char *)r - (char *)to) : n))
VOID_ROW(swab, (const void *from, void *to, ssize_t n), (from, to, n), NOW, ,
         IN(from, n & ~1) OUT(to, n & ~1))
