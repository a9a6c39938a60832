/*
 * The text of a finding, in the layout of stock ThreadSanitizer (clang 19), which editors, CI
 * systems and test frameworks read. Under the report lock.
 */
#ifndef REPRISE_RUNTIME_REPORT_TEXT_H
#define REPRISE_RUNTIME_REPORT_TEXT_H

#include "finding.h"
#include "format.h"
#include "frames.h"

/* Appends the whole report, closing bar included. */
void rt_put_report(struct rt_text *b, const struct rt_finding *f);

/* Appends what is said at exit, when so many reports were written: maybe nothing. */
void rt_put_last_words(struct rt_text *b, unsigned reports);

/* Appends one frame as a format of stack_trace_format says; number is its place in the stack. */
void rt_put_frame(struct rt_text *b, const char *format, unsigned number,
                  const struct rt_shown_frame *frame);

/* Appends a stack, one line a frame, and an empty line. */
void rt_put_stack(struct rt_text *b, rt_stack s);

/* Appends the list of modules, as print_module_map shows it. */
void rt_put_module_map(struct rt_text *b);

#endif
