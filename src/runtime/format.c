#include "format.h"

/* ---- bytes and strings ---- */

void *rt_memcpy(void *to, const void *from, size_t n)
{
    void *d = to;
    __asm__ volatile("rep movsb" : "+D"(d), "+S"(from), "+c"(n) : : "memory");
    return to;
}

void *rt_memset(void *p, int c, size_t n)
{
    void *d = p;
    __asm__ volatile("rep stosb" : "+D"(d), "+c"(n) : "a"(c) : "memory");
    return p;
}

int rt_memcmp(const void *a, const void *b, size_t n)
{
    const unsigned char *x = a, *y = b;
    for (size_t i = 0; i < n; i++)
        if (x[i] != y[i])
            return x[i] < y[i] ? -1 : 1;
    return 0;
}

size_t rt_strlen(const char *s)
{
    size_t n = 0;
    while (s[n])
        n++;
    return n;
}

int rt_strcmp(const char *a, const char *b)
{
    return rt_strncmp(a, b, SIZE_MAX);
}

int rt_strncmp(const char *a, const char *b, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        unsigned char x = (unsigned char)a[i], y = (unsigned char)b[i];
        if (x != y)
            return x < y ? -1 : 1;
        if (!x)
            break;
    }
    return 0;
}

const char *rt_strchr(const char *s, int c)
{
    for (;; s++) {
        if (*s == (char)c)
            return s;
        if (!*s)
            return NULL;
    }
}

const char *rt_strstr(const char *s, const char *part)
{
    size_t n = rt_strlen(part);
    for (;; s++) {
        if (rt_strncmp(s, part, n) == 0)
            return s;
        if (!*s)
            return NULL;
    }
}

/* ---- the buffer ---- */

enum { FIRST_CAPACITY = 4096 };

/* Makes room for n bytes and a terminator; returns how many of them fit. */
static size_t make_room(struct rt_text *b, size_t n)
{
    size_t need = b->length + n + 1;
    if (need <= b->capacity)
        return n;
    if (b->fixed)
        return b->capacity ? b->capacity - 1 - b->length : 0;
    size_t capacity = b->capacity ? b->capacity : FIRST_CAPACITY;
    while (capacity < need)
        capacity *= 2;
    char *data = core_alloc(capacity);
    rt_memcpy(data, b->data, b->length);
    rt_text_free(b);
    b->data = data;
    b->capacity = capacity;
    b->length = need - n - 1;
    return n;
}

void rt_put_bytes(struct rt_text *b, const char *s, size_t n)
{
    n = make_room(b, n);
    if (!b->capacity)
        return;
    rt_memcpy(b->data + b->length, s, n);
    b->length += n;
    b->data[b->length] = '\0';
}

void rt_text_reset(struct rt_text *b)
{
    b->length = 0;
    if (b->capacity)
        b->data[0] = '\0';
}

void rt_text_free(struct rt_text *b)
{
    if (b->capacity && !b->fixed)
        core_free(b->data, b->capacity);
    b->data = NULL;
    b->length = b->capacity = 0;
}

/* ---- conversions ---- */

/* One conversion of a format, as far as it was read. */
struct conversion {
    size_t width;
    bool zero, left;
    size_t precision; /* of %s; SIZE_MAX = none */
    int longs;        /* number of l, z counts as one */
};

static void put_padding(struct rt_text *b, char c, size_t width, size_t used)
{
    while (used++ < width)
        rt_put_bytes(b, &c, 1);
}

static void put_string(struct rt_text *b, const struct conversion *cv, const char *s)
{
    size_t n = 0;
    if (!s)
        s = "<null>";
    while (n < cv->precision && s[n])
        n++;
    if (!cv->left)
        put_padding(b, ' ', cv->width, n);
    rt_put_bytes(b, s, n);
    if (cv->left)
        put_padding(b, ' ', cv->width, n);
}

static void put_number(struct rt_text *b, const struct conversion *cv, uint64_t value,
                       unsigned base, bool negative)
{
    char digits[24];
    size_t at = sizeof digits;
    do
        digits[--at] = "0123456789abcdef"[value % base];
    while (value /= base);
    size_t n = sizeof digits - at + negative;
    if (negative && cv->zero)
        rt_put_bytes(b, "-", 1);
    put_padding(b, cv->zero ? '0' : ' ', cv->width, n);
    if (negative && !cv->zero)
        rt_put_bytes(b, "-", 1);
    rt_put_bytes(b, digits + at, sizeof digits - at);
}

static const char *read_conversion(struct conversion *cv, const char *f, va_list *ap)
{
    *cv = (struct conversion){.precision = SIZE_MAX};
    for (; *f == '0' || *f == '-'; f++) {
        cv->zero |= *f == '0';
        cv->left |= *f == '-';
    }
    for (; *f >= '0' && *f <= '9'; f++)
        cv->width = cv->width * 10 + (size_t)(*f - '0');
    if (f[0] == '.' && f[1] == '*') {
        int n = va_arg(*ap, int);
        cv->precision = n < 0 ? SIZE_MAX : (size_t)n;
        f += 2;
    }
    for (; *f == 'l' || *f == 'z'; f++)
        cv->longs++;
    return f;
}

static void put_signed(struct rt_text *b, const struct conversion *cv, va_list *ap)
{
    long value = cv->longs ? va_arg(*ap, long) : va_arg(*ap, int);
    /* -(v + 1) + 1: the smallest long has no positive twin */
    put_number(b, cv, value < 0 ? (uint64_t)-(value + 1) + 1 : (uint64_t)value, 10, value < 0);
}

static void put_unsigned(struct rt_text *b, const struct conversion *cv, va_list *ap, unsigned base)
{
    put_number(b, cv, cv->longs ? va_arg(*ap, unsigned long) : va_arg(*ap, unsigned), base, false);
}

static void put_one(struct rt_text *b, const struct conversion *cv, char type, va_list *ap)
{
    char c;
    switch (type) {
    case 's':
        put_string(b, cv, va_arg(*ap, const char *));
        break;
    case 'c':
        c = (char)va_arg(*ap, int);
        rt_put_bytes(b, &c, 1);
        break;
    case 'd':
        put_signed(b, cv, ap);
        break;
    case 'u':
    case 'x':
        put_unsigned(b, cv, ap, type == 'x' ? 16 : 10);
        break;
    case 'p': /* the width of a user address, as readers of reports know it */
        rt_put_bytes(b, "0x", 2);
        put_number(b, &(struct conversion){.width = 12, .zero = true},
                   (uintptr_t)va_arg(*ap, void *), 16, false);
        break;
    default:
        rt_put_bytes(b, &type, 1);
        break;
    }
}

void rt_putv(struct rt_text *b, const char *fmt, va_list ap)
{
    struct conversion cv;
    va_list args; /* a parameter of type va_list cannot be passed on by address */
    va_copy(args, ap);
    while (*fmt) {
        size_t plain = 0;
        while (fmt[plain] && fmt[plain] != '%')
            plain++;
        rt_put_bytes(b, fmt, plain);
        fmt += plain;
        if (!*fmt)
            break;
        fmt = read_conversion(&cv, fmt + 1, &args);
        if (!*fmt)
            break;
        put_one(b, &cv, *fmt++, &args);
    }
    va_end(args);
}

void rt_put(struct rt_text *b, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    rt_putv(b, fmt, ap);
    va_end(ap);
}
