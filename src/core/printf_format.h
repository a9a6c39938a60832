/*
 * What a printf or scanf format says about its arguments: their types, in order, and which of
 * them point to memory that the call reads or writes.
 *
 * The caller fetches the arguments by class, from the first to the last, and then looks at those
 * whose use is not CORE_FORMAT_VALUE. Formats are as glibc understands them, positions (%2$s)
 * and its own conversions (%m, %C, %S, %ms) included. A format that is not understood is
 * refused as a whole: from there on, arguments could no longer be told apart.
 */
#ifndef REPRISE_CORE_PRINTF_FORMAT_H
#define REPRISE_CORE_PRINTF_FORMAT_H

#include "core.h"

enum { CORE_FORMAT_ARGS = 64 };

/* How an argument is passed. */
enum core_format_class {
    CORE_FORMAT_UNUSED, /* a position that no conversion names; passed like an int */
    CORE_FORMAT_INT,
    CORE_FORMAT_LONG, /* 64 bits, or a pointer */
    CORE_FORMAT_DOUBLE,
    CORE_FORMAT_LONG_DOUBLE,
};

/* What is done with it. Sizes are in bytes. */
enum core_format_use {
    CORE_FORMAT_VALUE,
    CORE_FORMAT_COUNT,   /* %n: size bytes are written there */
    CORE_FORMAT_STRING,  /* printf reads it; scanf stores one, ended by zero */
    CORE_FORMAT_WSTRING, /* the same of wchar_t */
    CORE_FORMAT_STORE,   /* scanf stores size bytes there */
};

enum { CORE_FORMAT_NO_LIMIT = -1 };

struct core_format_arg {
    uint8_t class;
    uint8_t use;
    uint8_t limit_arg; /* printf: 1 + which argument holds the precision (%.*s), 0 = none does */
    bool certain;      /* scanf %n: reached whenever the argument before it was stored */
    int limit;         /* printf: precision, scanf: field width; or CORE_FORMAT_NO_LIMIT */
    size_t size;
};

/*
 * Fills args (room for CORE_FORMAT_ARGS; the rest stays as it was) and returns their number: of
 * all arguments for printf, of the pointers in the order of the conversions for scanf. -1 when
 * the format is not understood or has too many. Pure; the format is read up to its end at most.
 */
int core_printf_parse(const char *format, struct core_format_arg *args);
int core_scanf_parse(const char *format, struct core_format_arg *args);

#endif
