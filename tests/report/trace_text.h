/* Traces written by hand, for the tests of this directory: lines with blanks for tabs. */
#ifndef REPRISE_TESTS_TRACE_TEXT_H
#define REPRISE_TESTS_TRACE_TEXT_H

#include "report/trace.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* "_" in a line stands for a blank inside a field ("atomic_load"). */
static inline char *trace_text_file(const char *text, size_t bytes)
{
    static char path[64];
    snprintf(path, sizeof path, "/tmp/reprise-trace-%d", (int)getpid());
    FILE *file = fopen(path, "w");
    for (size_t i = 0; file && i < bytes; i++)
        fputc(text[i] == ' ' ? '\t' : text[i] == '_' ? ' ' : text[i], file);
    if (!file || fclose(file) != 0)
        abort();
    return path;
}

static inline int trace_text_read(struct trace *trace, const char *text)
{
    char *path = trace_text_file(text, strlen(text));
    int error = trace_read(trace, path);
    unlink(path);
    return error;
}

#endif
