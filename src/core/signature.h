/*
 * The signature of a finding: what two reports must share to be the same bug. It is made of
 * the type and of a few frames by function and file, never of lines, offsets or addresses, so
 * that it survives edits of the rest of the program; and it doesn't depend on which of the two
 * threads came second. The form has a version, because findings databases keep it.
 *
 *     struct core_signature s = core_signature_begin("data-race");
 *     core_signature_part(&s, "write");
 *     core_signature_frame(&s, "bump", "a.c");
 *     core_signature_part(&s, "read");
 *     core_signature_frame(&s, "main", "a.c");
 *     core_signature_end(&s, text);
 *
 * Parts (one an access, or a stack) are an unordered set of up to CORE_SIGNATURE_PARTS; the
 * frames in a part are ordered.
 */
#ifndef REPRISE_CORE_SIGNATURE_H
#define REPRISE_CORE_SIGNATURE_H

#include "core.h"

enum {
    CORE_SIGNATURE_VERSION = 1,
    CORE_SIGNATURE_FRAMES = 3, /* frames of a part that count; later ones are ignored */
    CORE_SIGNATURE_PARTS = 64, /* further ones are ignored */
    CORE_SIGNATURE_BYTES = 20, /* "1-" and 16 hex digits, terminated */
};

struct core_signature {
    uint64_t type;
    uint64_t part[CORE_SIGNATURE_PARTS];
    size_t parts;
    unsigned frames; /* in the last part */
};

struct core_signature core_signature_begin(const char *type);

/* Starts a part; what it is comes with it: "read", "atomic write", "stack". */
void core_signature_part(struct core_signature *s, const char *what);

/* Adds a frame to the last part. Of the file only the last component counts, because build
 * directories differ; file may be NULL. */
void core_signature_frame(struct core_signature *s, const char *function, const char *file);

/* Writes the signature, zero-terminated. s is used up. */
void core_signature_end(struct core_signature *s, char text[CORE_SIGNATURE_BYTES]);

#endif
