/* Acts in words, for explain.c: what was done, to what, and where.
 *
 * Texts go into the caller's buffers and are cut to fit; what is allocated is the caller's.
 */
#ifndef REPRISE_REPORT_EXPLAIN_TELL_H
#define REPRISE_REPORT_EXPLAIN_TELL_H

#include "explain.h"

struct teller {
    const struct trace *trace;
    struct symbols *symbols;
};

enum { TELL_OBJECT_BYTES = 128, TELL_ACT_BYTES = 400 };

/* "write counter: 4 -> 5", "waits for lock_a (lock), held by T2"; "" for gaps and findings. */
void tell_act(const struct teller *w, const struct act *act, char *text, size_t size);

/* Of its byte `into`: "counter", "table+8", "fd 3", "T2"; "object 7" when no better name is known.
 */
void tell_object(const struct teller *w, uint32_t number, unsigned into, char *text, size_t size);

struct tell_place {
    char *function, *file; /* NULL: unknown */
    int line;
};

/* Where the point of that event (SIZE_MAX: nowhere) is, as the reader of the program sees it: the
 * innermost frame that is no library's. */
struct tell_place tell_place_of(const struct teller *w, size_t event);
/* The same for a place without callers. */
struct tell_place tell_place_at(const struct teller *w, struct trace_place place);
void tell_place_free(struct tell_place *place);

/* That line of a file, without the blanks around it; NULL when it cannot be read or is empty. */
char *tell_source(const char *path, int number);
/* Was the file changed after all modules of the trace were made? */
bool tell_source_is_newer(const struct teller *w, const char *path);

/* ---- explain_foreign.c ---- */

/* For each act, whether it is none of the user's: all code on its stack is of Go's library. To be
 * freed; NULL when the trace is of another language. */
bool *explain_foreign(const struct teller *w, const struct acts *acts);

#endif
