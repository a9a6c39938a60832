/*
 * The text of a schedule: "rp1." and base64url (RFC 4648) of the bytes below, ".", and the CRC-32
 * of these bytes as eight hexadecimal digits.
 *
 *     seed      length, bytes
 *     strategy  length, bytes
 *     build id  8 bytes
 *     count     of items
 *     items     task - the previous item's `to`, zigzag (0 is the usual one)
 *               point
 *               to - task, zigzag, times two, plus the choice
 *               check, 1 byte
 *
 * Numbers are little-endian groups of 7 bits (LEB128). Whatever the text is, reading it ends, stays
 * inside it, and says no to anything that encoding does not write.
 */
#include "schedule.h"

#include <errno.h>

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
static const char hex[] = "0123456789abcdef";
static const char prefix[] = "rp1.";

enum {
    PREFIX = sizeof prefix - 1,
    CHECKSUM = 8,
    NUMBER_BYTES = 5,
    ITEM_BYTES =
        3 * NUMBER_BYTES + 2, /* `to` and the choice take up to 34 bits: still 5; spare 1 */
};

uint8_t core_item_check(enum core_op op, uint32_t object)
{
    /* Not the object's number: one object more at the start of a program, and nothing would fit. */
    return (uint8_t)(((unsigned)op << 1 | (object != 0)) + 1);
}

static size_t length(const char *text)
{
    size_t n = 0;
    while (text[n])
        n++;
    return n;
}

static uint32_t crc32(uint32_t crc, uint8_t byte)
{
    crc ^= byte;
    for (int bit = 0; bit < 8; bit++)
        crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
    return crc;
}

/* ---- encoding ---- */

struct writer {
    char *at, *end;
    uint32_t crc;
    uint32_t bits; /* the lowest nbits of it are still to be written */
    unsigned nbits;
    bool full;
};

static void put_char(struct writer *w, char c)
{
    if (w->at < w->end)
        *w->at++ = c;
    else
        w->full = true;
}

static void put_byte(struct writer *w, uint8_t byte)
{
    w->crc = crc32(w->crc, byte);
    w->bits = w->bits << 8 | byte;
    for (w->nbits += 8; w->nbits >= 6; w->nbits -= 6)
        put_char(w, digits[w->bits >> (w->nbits - 6) & 63]);
}

static void put_number(struct writer *w, uint64_t n)
{
    for (; n >= 128; n >>= 7)
        put_byte(w, (uint8_t)(n | 128));
    put_byte(w, (uint8_t)n);
}

static void put_text(struct writer *w, const char *text)
{
    size_t n = length(text);
    put_number(w, n);
    for (size_t i = 0; i < n; i++)
        put_byte(w, (uint8_t)text[i]);
}

static uint64_t zigzag(uint32_t a, uint32_t b)
{
    int64_t d = (int64_t)a - b;
    return (uint64_t)d << 1 ^ (uint64_t)(d >> 63);
}

static void put_items(struct writer *w, const struct core_schedule *s)
{
    uint32_t before = 0;
    put_number(w, s->count);
    for (uint32_t i = 0; i < s->count; i++) {
        const struct core_item *item = &s->items[i];
        put_number(w, zigzag(item->task, before));
        put_number(w, item->point);
        put_number(w, zigzag(item->to, item->task) << 1 | (item->choice & 1));
        put_byte(w, item->check);
        before = item->to;
    }
}

size_t core_schedule_text_bytes(const struct core_schedule *s)
{
    size_t bytes = 3 * NUMBER_BYTES + length(s->seed) + length(s->strategy) + CORE_BUILD_ID_BYTES +
                   (size_t)s->count * ITEM_BYTES;
    return PREFIX + (bytes + 2) / 3 * 4 + 1 + CHECKSUM + 1;
}

long core_schedule_encode(const struct core_schedule *s, char *text, size_t bytes)
{
    struct writer w = {.at = text, .end = text + bytes, .crc = ~0u};
    for (size_t i = 0; i < PREFIX; i++)
        put_char(&w, prefix[i]);
    put_text(&w, s->seed);
    put_text(&w, s->strategy);
    for (int i = 0; i < CORE_BUILD_ID_BYTES; i++)
        put_byte(&w, s->build_id[i]);
    put_items(&w, s);
    if (w.nbits)
        put_char(&w, digits[w.bits << (6 - w.nbits) & 63]);
    put_char(&w, '.');
    for (int shift = 28; shift >= 0; shift -= 4)
        put_char(&w, hex[~w.crc >> shift & 15]);
    put_char(&w, '\0');
    return w.full ? -ENOSPC : w.at - text - 1;
}

/* ---- decoding ---- */

struct reader {
    const char *at, *end;
    uint32_t bits;
    unsigned nbits;
    bool bad;
};

static int value_of(char c, const char *alphabet, int n)
{
    for (int i = 0; i < n; i++)
        if (alphabet[i] == c)
            return i;
    return -1;
}

/* False at the end, and when what is there is no digit (bad). */
static bool take_byte(struct reader *r, uint8_t *byte)
{
    while (r->nbits < 8) {
        int value = r->at < r->end ? value_of(*r->at, digits, 64) : -1;
        if (value < 0) {
            r->bad |= r->at < r->end;
            return false;
        }
        r->at++;
        r->bits = r->bits << 6 | (uint32_t)value;
        r->nbits += 6;
    }
    r->nbits -= 8;
    *byte = (uint8_t)(r->bits >> r->nbits);
    return true;
}

static uint8_t need_byte(struct reader *r)
{
    uint8_t byte = 0;
    if (!take_byte(r, &byte))
        r->bad = true;
    return byte;
}

static uint64_t need_number(struct reader *r, uint64_t max)
{
    uint64_t n = 0;
    uint8_t byte = 128;
    for (unsigned shift = 0; byte & 128; shift += 7) {
        byte = need_byte(r);
        if (shift > 35 || (shift && !byte)) { /* too long; longer than needed */
            r->bad = true;
            return 0;
        }
        n |= (uint64_t)(byte & 127) << shift;
    }
    if (n > max)
        r->bad = true;
    return r->bad ? 0 : n;
}

static void need_text(struct reader *r, char *text, size_t bytes)
{
    size_t n = need_number(r, bytes - 1), i;
    for (i = 0; i < n; i++) {
        text[i] = (char)need_byte(r);
        if (!text[i])
            r->bad = true;
    }
    text[i] = '\0';
}

static uint32_t unzigzag(struct reader *r, uint64_t n, uint32_t from)
{
    int64_t value = from + (int64_t)(n >> 1 ^ -(n & 1));
    if (value < 0 || value > UINT32_MAX)
        r->bad = true;
    return (uint32_t)value;
}

/* All but the items. Returns their number. */
static uint32_t need_head(struct reader *r, struct core_schedule *s)
{
    need_text(r, s->seed, sizeof s->seed);
    need_text(r, s->strategy, sizeof s->strategy);
    for (int i = 0; i < CORE_BUILD_ID_BYTES; i++)
        s->build_id[i] = need_byte(r);
    return (uint32_t)need_number(r, (uint64_t)(r->end - r->at) * 6 / 8 / 4 + 1);
}

static struct core_item need_item(struct reader *r, uint32_t before)
{
    struct core_item item;
    item.task = unzigzag(r, need_number(r, UINT64_MAX), before);
    item.point = (uint32_t)need_number(r, UINT32_MAX);
    uint64_t to = need_number(r, UINT64_MAX);
    item.choice = to & 1;
    item.to = unzigzag(r, to >> 1, item.task);
    item.check = need_byte(r);
    return item;
}

/* The payload of a text whose checksum is right. */
static int open_text(const char *text, struct reader *r)
{
    size_t n = length(text), i = 2;
    if (text[0] != 'r' || text[1] != 'p')
        return -EINVAL;
    while (text[i] >= '0' && text[i] <= '9')
        i++;
    if (i == 2 || text[i] != '.')
        return -EINVAL;
    if (i != 3 || text[2] != prefix[2])
        return -EPROTO;
    if (n < PREFIX + 1 + CHECKSUM || text[n - CHECKSUM - 1] != '.')
        return -EBADMSG;
    uint32_t told = 0, crc = ~0u;
    for (i = n - CHECKSUM; i < n; i++) {
        int value = value_of(text[i], hex, 16);
        if (value < 0)
            return -EBADMSG;
        told = told << 4 | (uint32_t)value;
    }
    uint8_t byte;
    *r = (struct reader){.at = text + PREFIX, .end = text + n - CHECKSUM - 1};
    while (take_byte(r, &byte))
        crc = crc32(crc, byte);
    if (r->bad || r->nbits >= 6 || r->bits & ((1u << r->nbits) - 1) || ~crc != told)
        return -EBADMSG;
    *r = (struct reader){.at = text + PREFIX, .end = r->end};
    return 0;
}

long core_schedule_count(const char *text)
{
    struct core_schedule s;
    struct reader r;
    int error = open_text(text, &r);
    if (error)
        return error;
    uint32_t count = need_head(&r, &s), before = 0;
    uint8_t more;
    for (uint32_t i = 0; i < count && !r.bad; i++)
        before = need_item(&r, before).to;
    return r.bad || take_byte(&r, &more) ? -EBADMSG : (long)count;
}

int core_schedule_decode(struct core_schedule *s, const char *text)
{
    struct reader r;
    long count = core_schedule_count(text);
    if (count < 0)
        return (int)count;
    open_text(text, &r);
    s->count = need_head(&r, s);
    for (uint32_t i = 0, before = 0; i < s->count; i++) {
        s->items[i] = need_item(&r, before);
        before = s->items[i].to;
    }
    return 0;
}
