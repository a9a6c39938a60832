/*
 * Durations as Go writes them: "10ms", "1h30m", "1.5s", "-3us".
 *
 * Several environment variables and options of ours are such text. What is accepted and what
 * number comes out is what time.ParseDuration and Duration.String of Go specify, so that one
 * setting means the same in a C and in a Go program.
 */
#ifndef REPRISE_CORE_DURATION_H
#define REPRISE_CORE_DURATION_H

#include "core.h"

enum { CORE_DURATION_TEXT = 32 }; /* longest text, terminator included */

/*
 * Numbers with an optional fraction, each with its unit (ns us µs μs ms s m h), added up, and
 * one sign before them; "0" needs no unit. Fractions of a nanosecond are cut off.
 * 0, or -EINVAL (leaving *ns alone): not of this form, or beyond +-2^63 ns.
 */
int core_duration_parse(const char *text, int64_t *ns);

/* The text that Go prints: "1h2m3.5s", "1.5ms", "0s". Returns its length. */
size_t core_duration_format(int64_t ns, char out[CORE_DURATION_TEXT]);

#endif
