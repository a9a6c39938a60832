#include "signature.h"

/* FNV-1a: short texts, and the value is written to disk, so it must never change. */
static const uint64_t basis = 0xcbf29ce484222325ull, prime = 0x100000001b3ull;

/* The terminator goes in, too, so that "ab","c" and "a","bc" differ. */
static uint64_t hash_text(uint64_t h, const char *s)
{
    do
        h = (h ^ (unsigned char)*s) * prime;
    while (*s++);
    return h;
}

static uint64_t hash_number(uint64_t h, uint64_t n)
{
    for (int i = 0; i < 8; i++)
        h = (h ^ (n >> (8 * i) & 255)) * prime;
    return h;
}

static const char *base_name(const char *path)
{
    const char *base = path;
    for (; *path; path++)
        if (*path == '/')
            base = path + 1;
    return base;
}

struct core_signature core_signature_begin(const char *type)
{
    struct core_signature s;
    s.type = hash_text(basis, type);
    s.parts = 0;
    s.frames = 0;
    return s;
}

void core_signature_part(struct core_signature *s, const char *what)
{
    s->frames = 0;
    if (s->parts++ < CORE_SIGNATURE_PARTS)
        s->part[s->parts - 1] = hash_text(basis, what);
}

void core_signature_frame(struct core_signature *s, const char *function, const char *file)
{
    if (!s->parts || s->parts > CORE_SIGNATURE_PARTS || s->frames++ >= CORE_SIGNATURE_FRAMES)
        return;
    uint64_t *h = &s->part[s->parts - 1];
    *h = hash_text(*h, function ? function : "");
    *h = hash_text(*h, file ? base_name(file) : "");
}

static void sort(uint64_t *a, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        uint64_t x = a[i];
        size_t k = i;
        for (; k && a[k - 1] > x; k--)
            a[k] = a[k - 1];
        a[k] = x;
    }
}

void core_signature_end(struct core_signature *s, char text[CORE_SIGNATURE_BYTES])
{
    size_t parts = s->parts < CORE_SIGNATURE_PARTS ? s->parts : CORE_SIGNATURE_PARTS;
    sort(s->part, parts);
    uint64_t h = s->type;
    for (size_t i = 0; i < parts; i++)
        h = hash_number(h, s->part[i]);
    *text++ = '0' + CORE_SIGNATURE_VERSION;
    *text++ = '-';
    for (int shift = 60; shift >= 0; shift -= 4)
        *text++ = "0123456789abcdef"[h >> shift & 15];
    *text = '\0';
}
