#include "words.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *must(void *memory)
{
    if (!memory) {
        fputs("reprise: out of memory\n", stderr);
        abort();
    }
    return memory;
}

void words_add(struct words *words, const char *word)
{
    if (words->count + 1 >= words->capacity) {
        words->capacity = words->capacity ? words->capacity * 2 : 32;
        words->at = must(realloc(words->at, words->capacity * sizeof *words->at));
    }
    words->at[words->count++] = word;
    words->at[words->count] = NULL;
}

void words_add_all(struct words *words, const struct words *more)
{
    for (size_t i = 0; i < more->count; i++)
        words_add(words, more->at[i]);
}

void words_addf(struct words *words, const char *format, ...)
{
    char *word;
    va_list arguments;
    va_start(arguments, format);
    if (vasprintf(&word, format, arguments) < 0)
        word = NULL;
    va_end(arguments);
    words_add(words, must(word));
}

/* Copies one word to `to`, without its quotes; returns where it ended in the text. */
static const char *unquote(const char *text, char *to)
{
    char quote = 0;
    for (; *text && (quote || !isspace((unsigned char)*text)); text++) {
        if (quote ? *text == quote : *text == '\'' || *text == '"')
            quote = quote ? 0 : *text;
        else if (*text == '\\' && text[1])
            *to++ = *++text;
        else
            *to++ = *text;
    }
    *to = '\0';
    return text;
}

void words_split(struct words *words, const char *text)
{
    for (;;) {
        while (isspace((unsigned char)*text))
            text++;
        if (!*text)
            return;
        char *word = must(malloc(strlen(text) + 1));
        text = unquote(text, word);
        words_add(words, word);
    }
}

static void print_word(const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_-+=./,:@%^";
    if (*word && !word[strspn(word, plain)]) {
        fputs(word, stdout);
        return;
    }
    putchar('\'');
    for (; *word; word++)
        if (*word == '\'')
            fputs("'\\''", stdout);
        else
            putchar(*word);
    putchar('\'');
}

void words_print(const struct words *words)
{
    for (size_t i = 0; i < words->count; i++) {
        if (i)
            putchar(' ');
        print_word(words->at[i]);
    }
    putchar('\n');
}
