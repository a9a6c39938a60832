/*
 * The options in force: TSAN_OPTIONS, then REPRISE_OPTIONS (the later wins), over what the
 * program gives through __tsan_default_options. The table is wire/options.def.
 */
#ifndef REPRISE_RUNTIME_OPTIONS_H
#define REPRISE_RUNTIME_OPTIONS_H

#include "../wire/options.h"

extern struct wire_options rt_options;

/* Reads the environment (from /proc/self/environ when libc's isn't up) and parses. Once, from init.
 */
void rt_options_init(void);

#endif
