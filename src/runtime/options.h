/*
 * The options in force: TSAN_OPTIONS (in a Go program GORACE), then REPRISE_OPTIONS (the later
 * wins), over what the program gives through __tsan_default_options. The table is
 * wire/options.def.
 */
#ifndef REPRISE_RUNTIME_OPTIONS_H
#define REPRISE_RUNTIME_OPTIONS_H

#include "../wire/options.h"

struct rt_text;

extern struct wire_options rt_options;

/* Reads the environment (from /proc/self/environ when libc's isn't up) and parses. Once, from init.
 */
void rt_options_init(void);

/* A variable of the environment as it was at start, or NULL. Only by init. *saved is empty at the
 * first call and holds the text; rt_text_free it when the values are no longer needed. */
const char *rt_environment(struct rt_text *saved, const char *name);

#endif
