/*
 * Text without stdio: a buffer that grows from the arena, and the few conversions we need.
 */
#ifndef REPRISE_RUNTIME_FORMAT_H
#define REPRISE_RUNTIME_FORMAT_H

#include "rt.h"

struct rt_text {
    char *data; /* always NUL-terminated once anything was put */
    size_t length, capacity;
    bool fixed; /* data is the caller's buffer: cut off instead of growing */
};

/* %s (NULL as "<null>") %.*s %c %d %u %x %ld %lu %lx %zu %zx %p(0x..) %% with width and 0. */
void rt_put(struct rt_text *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void rt_putv(struct rt_text *b, const char *fmt, va_list ap);
void rt_put_bytes(struct rt_text *b, const char *s, size_t n);
void rt_text_reset(struct rt_text *b); /* length 0, memory kept */
void rt_text_free(struct rt_text *b);

/* memory and string helpers that are not libc's (compiled code may call ours by name) */
void *rt_memcpy(void *to, const void *from, size_t n);
void *rt_memset(void *p, int c, size_t n);
int rt_memcmp(const void *a, const void *b, size_t n);
size_t rt_strlen(const char *s);
int rt_strcmp(const char *a, const char *b);
int rt_strncmp(const char *a, const char *b, size_t n);
const char *rt_strchr(const char *s, int c);
const char *rt_strstr(const char *s, const char *part);

#endif
