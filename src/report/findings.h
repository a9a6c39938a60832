/* Findings as the command sees them: the lines of a sidecar (wire/sidecar.h), equal ones
 * together.
 *
 * Invariant: each finding has an object with a "type" and a "title", and their order is that of
 * first appearance. Two reports are the same finding when their signatures are equal; a report
 * without signature stands alone.
 */
#ifndef REPRISE_REPORT_FINDINGS_H
#define REPRISE_REPORT_FINDINGS_H

#include "symbols.h"

#include <jansson.h>
#include <stdio.h>
#include <sys/types.h>

struct finding {
    json_t *object; /* owned; the first report */
    size_t reports;
};

struct findings {
    struct finding *at;
    size_t count, capacity;
    size_t reports; /* of all findings together */
    size_t starts;  /* processes in which the runtime came up */
    size_t damaged; /* lines that are not what they should be */
};

/* Reads `path` from byte `start` on into *findings, which is overwritten. Returns 0 or -errno.
 * Damaged lines are counted and skipped. */
int findings_read(struct findings *findings, const char *path, off_t start);
void findings_free(struct findings *findings);

/* Text of a member, or `fallback`. */
const char *finding_string(const json_t *object, const char *key, const char *fallback);

/* The test that a finding is about: the one that it tells, or else the one that all of its threads
 * that belong to a test belong to. NULL: none. */
const char *finding_test(const json_t *object);

enum { FRAME_ROWS = 64 };

/* What one frame of a stack means: several rows when calls were inlined, innermost first. Strings
 * are valid until the next look-up. */
struct frame_rows {
    const char *module; /* path; NULL: in no module */
    uint64_t offset;    /* in the module, or the address */
    struct symbol_frame at[FRAME_ROWS];
    size_t count; /* 0 in no module, else at least 1 */
};

/* Takes what the sidecar recorded, because the program may have been rebuilt since; asks
 * `symbols` for the rest. False if the frame is malformed. */
bool finding_frame(const struct finding *finding, const json_t *frame, struct symbols *symbols,
                   struct frame_rows *rows);

/* The name of the variable at a location of kind "global": as it was recorded, or else as `symbols`
 * knows it. NULL: unknown, or no such location. Valid until the next look-up. */
const char *finding_variable(const struct finding *finding, const json_t *location,
                             struct symbols *symbols);

/* The stacks that say where the finding is: of its accesses, or else its own. At most `room`;
 * returns how many. */
size_t finding_stacks(const struct finding *finding, const json_t **stacks, size_t room);

/* ---- brief.c: one line a finding ---- */

/* "  data race   f file.c:10, g file.c:20, in TestX". Titles are padded to `width`. */
void finding_print_brief(FILE *stream, const struct finding *finding, struct symbols *symbols,
                         int width, bool color);
/* Widest title, for the above. */
int findings_title_width(const struct findings *findings);

/* A path without the current directory in front. */
const char *short_path(const char *path);

/* ---- text.c, json.c: all of it ---- */

void finding_print_text(FILE *stream, const struct finding *finding, size_t number,
                        struct symbols *symbols, bool color);

/* The same without its first line. */
void finding_print_body(FILE *stream, const struct finding *finding, struct symbols *symbols);

/* An array of the findings, each frame with its functions and lines. */
void findings_print_json(FILE *stream, const struct findings *findings, struct symbols *symbols);

#endif
