#include "seed.h"
#include "cli.h"

#include <string.h>

/* Length of the UTF-8 sequence at `text`, 0 when there is none. */
static size_t sequence(const unsigned char *text)
{
    static const struct {
        unsigned char first, last, second_first, second_last, length;
    } forms[] = {
        {0x20, 0x7e, 0, 0, 1},       {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
        {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
        {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
    };
    for (size_t f = 0; f < sizeof forms / sizeof forms[0]; f++) {
        if (text[0] < forms[f].first || text[0] > forms[f].last)
            continue;
        if (forms[f].length == 1)
            return 1;
        if (text[1] < forms[f].second_first || text[1] > forms[f].second_last)
            return 0;
        for (size_t i = 2; i < forms[f].length; i++)
            if ((text[i] & 0xc0) != 0x80)
                return 0;
        return forms[f].length;
    }
    return 0;
}

int seed_check(const char *who, const char *seed)
{
    const unsigned char *at = (const unsigned char *)seed;
    size_t length;
    while ((length = sequence(at)))
        at += length;
    if (*at)
        cli_error(who, "the seed is no text: a byte 0x%02x in it", *at);
    else if (!*seed)
        cli_error(who, "the seed is empty; any text is one");
    else if (strlen(seed) >= CORE_SEED_BYTES)
        cli_error(who, "the seed is too long: at most %d bytes", CORE_SEED_BYTES - 1);
    else
        return 0;
    return CLI_USAGE;
}

/* ---- output ---- */

void seed_print_word(FILE *stream, const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_-+=./,:@%^";
    if (*word && !word[strspn(word, plain)]) {
        fputs(word, stream);
        return;
    }
    putc('\'', stream);
    for (; *word; word++)
        if (*word == '\'')
            fputs("'\\''", stream);
        else
            putc(*word, stream);
    putc('\'', stream);
}

void seed_print_replay(FILE *stream, const char *what, const char *strategy, char *const *argv)
{
    fputs("reprise replay ", stream);
    if (what[0] == '-')
        fputs("--seed=", stream); /* would be taken for an option */
    seed_print_word(stream, what);
    if (strategy && *strategy && strcmp(strategy, "random") != 0) {
        fputs(" --strategy ", stream);
        seed_print_word(stream, strategy);
    }
    if (argv)
        fputs(" --", stream);
    for (; argv && *argv; argv++) {
        putc(' ', stream);
        seed_print_word(stream, *argv);
    }
}

const char *seed_number(char buffer[SEED_NUMBER_BYTES], uint64_t number)
{
    char digits[SEED_NUMBER_BYTES];
    int length = snprintf(digits, sizeof digits, "%llu", (unsigned long long)number);
    char *end = buffer;
    for (int i = 0; i < length; i++) {
        if (i && (length - i) % 3 == 0)
            *end++ = ',';
        *end++ = digits[i];
    }
    *end = '\0';
    return buffer;
}
