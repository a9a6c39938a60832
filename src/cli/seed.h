/* Seeds, strategies and schedule strings as people write them, and the line that plays a run
 * again. Functions that check print one line about what is wrong, headed by `who`, the verb, and
 * return an exit status; 0 is fine. */
#ifndef REPRISE_CLI_SEED_H
#define REPRISE_CLI_SEED_H

#include "core/schedule.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Any text of at most CORE_SEED_BYTES - 1 bytes without control characters, in UTF-8, not empty. */
int seed_check(const char *who, const char *seed);

/* As core_strategy_parse() understands it. `config` may be NULL. */
int seed_check_strategy(const char *who, const char *strategy, struct core_strategy_config *config);

/* Does the text look like a schedule string, of any version? */
bool seed_is_schedule(const char *text);

/* Reads a schedule string, given as such or as the name of a file that holds one; white space in it
 * and text before it don't matter. On success *text and *schedule (its items too) are the caller's:
 * seed_schedule_free(). */
int seed_read_schedule(const char *who, const char *text_or_path, char **text,
                       struct core_schedule *schedule);
void seed_schedule_free(char *text, struct core_schedule *schedule);

/* ---- output ---- */

/* `reprise replay WHAT --strategy X -- PROGRAM ARGUMENT...`, as a shell reads it, without newline.
 * A strategy that is NULL, empty or random, the default, is left out; so is argv when NULL. */
void seed_print_replay(FILE *stream, const char *what, const char *strategy, char *const *argv);

/* One word, quoted as far as a shell needs it. */
void seed_print_word(FILE *stream, const char *word);

enum { SEED_NUMBER_BYTES = 32 };
/* "1,234,567" in `buffer`, which is returned. */
const char *seed_number(char buffer[SEED_NUMBER_BYTES], uint64_t number);

#endif
