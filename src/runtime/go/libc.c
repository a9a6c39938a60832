/*
 * What compilers call by themselves, under names of ours: there is no libc, and other parts of the
 * program may have one (tools/go-object.sh renames the calls).
 */
#include <stddef.h>

#define NAMED __attribute__((visibility("hidden"), used, externally_visible))

NAMED void *rt_go_memcpy(void *to, const void *from, size_t n);
NAMED void *rt_go_memmove(void *to, const void *from, size_t n);
NAMED void *rt_go_memset(void *p, int c, size_t n);
NAMED int rt_go_memcmp(const void *a, const void *b, size_t n);

void *rt_go_memcpy(void *to, const void *from, size_t n)
{
    char *t = to;
    const char *f = from;
    while (n--)
        *t++ = *f++;
    return to;
}

void *rt_go_memmove(void *to, const void *from, size_t n)
{
    char *t = to;
    const char *f = from;
    if (t < f)
        return rt_go_memcpy(to, from, n);
    while (n--)
        t[n] = f[n];
    return to;
}

void *rt_go_memset(void *p, int c, size_t n)
{
    char *t = p;
    while (n--)
        *t++ = (char)c;
    return p;
}

int rt_go_memcmp(const void *a, const void *b, size_t n)
{
    const unsigned char *x = a, *y = b;
    for (; n && *x == *y; n--)
        x++, y++;
    return n ? *x - *y : 0;
}
