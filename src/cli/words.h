/* A growing list of words: the command line of a compiler under construction.
 *
 * The list owns its array, not the words. Adding aborts the command when memory is out: there
 * is nothing sensible left to do at that point. `at[count]` is always NULL once a word was
 * added, so that the array can go to execv().
 */
#ifndef REPRISE_CLI_WORDS_H
#define REPRISE_CLI_WORDS_H

#include <stddef.h>

struct words {
    const char **at;
    size_t count, capacity;
};

void words_add(struct words *words, const char *word);
void words_add_all(struct words *words, const struct words *more);

/* Adds a new word, formatted; it lives as long as the process. */
void words_addf(struct words *words, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Splits a text as compilers read their response files: at white space, with '...' and "..."
 * and backslash. The words live as long as the process. */
void words_split(struct words *words, const char *text);

/* The list as one line that a shell reads back as the same words. */
void words_print(const struct words *words);

#endif
