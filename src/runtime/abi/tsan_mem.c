/*
 * memcpy, memmove and memset as clang 16 and later call them from instrumented code. They
 * differ from libc's (libc/memory.c) in the name only, which reports show.
 */
#include "../libc/rows.h"

RT_EXPORT void *__tsan_memcpy(void *to, const void *from, size_t n);
RT_EXPORT void *__tsan_memmove(void *to, const void *from, size_t n);
RT_EXPORT void *__tsan_memset(void *p, int c, size_t n);

void *__tsan_memcpy(void *to, const void *from, size_t n)
{
    return rt_copy((rt_pc)__tsan_memcpy + 1, RT_CALLER, to, from, n);
}

void *__tsan_memmove(void *to, const void *from, size_t n)
{
    return rt_copy((rt_pc)__tsan_memmove + 1, RT_CALLER, to, from, n);
}

void *__tsan_memset(void *p, int c, size_t n)
{
    return rt_fill((rt_pc)__tsan_memset + 1, RT_CALLER, p, c, n);
}
