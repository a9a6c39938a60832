/*
 * What the two hosts of the runtime do differently where options and reports are concerned: a C
 * program (host.c) and a Go program (go/gorace.c). Whatever differs in more than a word has files
 * of its own on both sides with one header in front:
 *
 *     symbol_lookup.h    what is at an address       symbol_lookup.c   go/symbol.c
 *     frames.h           which frames are shown      frames_own.c      go/frames.c
 *     module.h           which modules there are     module.c          go/module.c
 *     report_text.h      how a report looks          report_text.c     go/text.c
 *     rt_finding_locate  what memory it is about     location.c        go/location.c
 */
#ifndef REPRISE_RUNTIME_HOST_H
#define REPRISE_RUNTIME_HOST_H

#include "finding.h"

/* "" for C and its like, which findings are about unless they say otherwise; "go". */
extern const char rt_host_language[];

/* Does its compiler tell of x++ as of two accesses? */
extern const bool rt_host_splits_updates;

/* The variable whose options come before those of REPRISE_OPTIONS: "TSAN_OPTIONS", "GORACE". */
extern const char rt_host_options_variable[];
/* The environment where it is at hand, else NULL: then it is read from /proc. */
char **rt_host_environment(void);

/* What the process was told at its start (AT_...), 0 for nothing. A dynamic linker that was started
 * with a program as its argument tells the program's. */
unsigned long rt_host_auxv(unsigned long type);

/* What the program brings along, NULL for nothing. By init. */
const char *rt_host_options(void);
const char *rt_host_suppressions(void);

/* What a finding is called, where that is not what finding.c calls it, else NULL. Under the report
 * lock. */
const char *rt_host_title(const struct rt_finding *f);
/* The program's say in whether this is to be kept quiet; suppressed: what we think. */
bool rt_host_suppressed(const struct rt_finding *f, bool suppressed);
/* A report was written. Both under the report lock. */
void rt_host_reported(struct rt_finding *f);

/* The one that runs main(). */
bool rt_host_is_main(const struct rt_thread_info *t);

enum { RT_HOST_TEST_BYTES = 256 };
/* The name of the test that a thread belongs to, cut off if it is too long; false: of none. */
bool rt_host_test_of(uint32_t uid, char name[RT_HOST_TEST_BYTES]);

#endif
