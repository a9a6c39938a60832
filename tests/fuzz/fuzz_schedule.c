/* Any text may be pasted as a schedule, any file be given as a profile, any text as a strategy.
 * What is read as a schedule must be written as the same text again. The first byte says which; a
 * second way in is the bytes of a schedule with the right checksum made for them. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/profile.h"
#include "core/schedule.h"

static void check_text(const char *text)
{
    static struct core_schedule s;
    long count = core_schedule_count(text);
    if (count < 0)
        return;
    s.items = malloc(((size_t)count + 1) * sizeof *s.items);
    if (core_schedule_decode(&s, text) || s.count != count)
        abort();
    size_t bytes = core_schedule_text_bytes(&s);
    char *again = malloc(bytes);
    long n = core_schedule_encode(&s, again, bytes);
    if (n != (long)strlen(text) || strcmp(again, text) != 0)
        abort();
    free(again);
    free(s.items);
}

/* base64url and CRC-32 as schedule.h's text has them, written a second time. */
static void check_bytes(const uint8_t *data, size_t size)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    char *text = malloc(size * 2 + 32), *t = text + sprintf(text, "rp1.");
    uint32_t crc = ~0u;
    for (size_t bit = 0; bit < size * 8; bit += 6) {
        unsigned value = 0;
        for (size_t i = bit; i < bit + 6; i++)
            value = value << 1 | (i < size * 8 && data[i / 8] >> (7 - i % 8) & 1);
        *t++ = digits[value];
    }
    for (size_t i = 0; i < size * 8; i++)
        crc = crc >> 1 ^ (0xedb88320u & -((crc ^ data[i / 8] >> i % 8) & 1));
    sprintf(t, ".%08x", ~crc);
    check_text(text);
    free(text);
}

static void check_profile(const uint8_t *data, size_t size)
{
    static struct core_profile p;
    struct core_strategy_config config = {.kind = CORE_STRATEGY_SURW, .profile = &p};
    static struct core_strategy s;
    if (core_profile_parse(&p, (const char *)data, size) && p.count)
        abort();
    core_strategy_init(&s, &config);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!size)
        return 0;
    char *text = strndup((const char *)data + 1, size - 1);
    struct core_strategy_config config = {0};
    switch (data[0] & 3) {
    case 0:
        check_text(text);
        break;
    case 1:
        check_bytes(data + 1, size - 1);
        break;
    case 2:
        check_profile(data + 1, size - 1);
        break;
    case 3:
        core_strategy_parse(&config, text);
        break;
    }
    free(text);
    return 0;
}
