/*
 * Suppressions in force: the file of the option, and what the program brings along
 * (__tsan_default_suppressions). Templates and the file format are core/suppression.h.
 */
#ifndef REPRISE_RUNTIME_SUPPRESS_H
#define REPRISE_RUNTIME_SUPPRESS_H

#include "../core/suppression.h"
#include "finding.h"
#include "frames.h"
#include "module.h"

extern struct core_suppressions rt_suppressions; /* its rows stay; hits under the report lock */

/* Reads them. Once, from init, after the options and before any thread exists. */
void rt_suppress_init(void);

/*
 * Is this finding unwanted? Under the report lock. Each match is counted, and remembered by the
 * frame or address that matched, so that rt_suppress_known can tell without symbols.
 */
bool rt_suppress_finding(const struct rt_finding *f);
/* The quick question, before symbols are looked up: did a frame of f match before? */
bool rt_suppress_known(const struct rt_finding *f);

/* suppress_library.c, for called_from_lib: matches templates against the modules loaded now. Two
 * modules for one template, or an ignored module that was unloaded, end the program with a message,
 * as users of these files know it. */
void rt_suppress_libraries(void);

/* print_suppressions: those that matched, with counts, then those that never did. */
void rt_suppress_print(void);

#endif
