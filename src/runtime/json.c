#include "json.h"

static void comma_and_key(struct rt_text *b, const char *key)
{
    char last = b->length ? b->data[b->length - 1] : '{';
    if (last != '{' && last != '[' && last != '\n')
        rt_put(b, ",");
    if (key)
        rt_put(b, "\"%s\":", key);
}

void rt_json_open(struct rt_text *b, const char *key, const char *bracket)
{
    comma_and_key(b, key);
    rt_put(b, "%s", bracket);
}

void rt_json_close(struct rt_text *b, const char *bracket)
{
    rt_put(b, "%s", bracket);
}

/*
 * The length of the UTF-8 sequence at s, 0 when it is none. The first byte tells the length and
 * which second bytes are allowed: overlong forms, surrogates and numbers beyond U+10FFFF are not.
 */
static size_t sequence(const unsigned char *s)
{
    unsigned char low = 0x80, high = 0xbf;
    size_t n = s[0] < 0x80   ? 1
               : s[0] < 0xc2 ? 0
               : s[0] < 0xe0 ? 2
               : s[0] < 0xf0 ? 3
               : s[0] < 0xf5 ? 4
                             : 0;
    if (s[0] == 0xe0)
        low = 0xa0;
    if (s[0] == 0xed)
        high = 0x9f;
    if (s[0] == 0xf0)
        low = 0x90;
    if (s[0] == 0xf4)
        high = 0x8f;
    for (size_t i = 1; i < n; i++) { /* a terminator is out of range, too */
        if (s[i] < low || s[i] > high)
            return 0;
        low = 0x80;
        high = 0xbf;
    }
    return n;
}

static void put_escaped(struct rt_text *b, const unsigned char *s)
{
    while (*s) {
        size_t n = sequence(s);
        if (n == 0)
            rt_put(b, "\\ufffd");
        else if (*s == '"' || *s == '\\')
            rt_put(b, "\\%c", *s);
        else if (*s < 0x20 || *s == 0x7f)
            rt_put(b, "\\u%04x", *s);
        else
            rt_put_bytes(b, (const char *)s, n);
        s += n ? n : 1;
    }
}

void rt_json_string(struct rt_text *b, const char *key, const char *s)
{
    comma_and_key(b, key);
    rt_put(b, "\"");
    put_escaped(b, (const unsigned char *)(s ? s : ""));
    rt_put(b, "\"");
}

void rt_json_number(struct rt_text *b, const char *key, long n)
{
    comma_and_key(b, key);
    rt_put(b, "%ld", n);
}

void rt_json_true(struct rt_text *b, const char *key)
{
    comma_and_key(b, key);
    rt_put(b, "true");
}

void rt_json_address(struct rt_text *b, const char *key, uintptr_t addr)
{
    comma_and_key(b, key);
    rt_put(b, "\"0x%lx\"", addr);
}

void rt_json_bytes(struct rt_text *b, const char *key, const unsigned char *bytes, size_t n)
{
    comma_and_key(b, key);
    rt_put(b, "\"");
    for (size_t i = 0; i < n; i++)
        rt_put(b, "%02x", bytes[i]);
    rt_put(b, "\"");
}
