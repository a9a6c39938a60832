/* What a compiler command line asks for: compile, link, what kind of output, which options we
 * must not contradict.
 *
 * The scan knows just enough of the options of gcc and clang: which of them take the next word,
 * and which decide whether there is a link step. Everything else passes unseen. It reads
 * response files, but never changes them.
 */
#ifndef REPRISE_CLI_CC_SCAN_H
#define REPRISE_CLI_CC_SCAN_H

#include "words.h"
#include <stdbool.h>

struct cc_scan {
    struct words user; /* the words for the compiler: ours are taken out */

    /* Our own words. */
    const char *with; /* --with */
    bool print_command, shared_runtime, inlined, help;
    const char *bad; /* word of ours that lacks its value, else NULL */

    /* Inputs. A header alone is precompiled, not linked. */
    size_t inputs, sources, assembly, headers;
    const char *language; /* the last -x, NULL for none */
    bool internal;        /* -cc1 and the like: the compiler calling itself */

    /* Output. */
    bool stops; /* before the link: -c, -S, -E, -M ... */
    bool text;  /* and it isn't -c: no object comes out */
    bool shared, relocatable, is_static;
    bool no_default_libs;   /* -nostdlib, -nodefaultlibs: gcc then links no libtsan */
    bool forbids_undefined; /* -z defs for the linker */

    bool sanitize_set, sanitize; /* the last word on -fsanitize=thread */
    bool debug_set;              /* some -g that chooses how much */

    const char *lto;    /* the last of -flto, -flto=KIND and -fno-lto, NULL for none */
    const char *linker; /* the last of -fuse-ld=NAME and --ld-path=FILE, NULL for none */
};

/* Scans argv[1..]. `scan` must be zeroed; it keeps pointers into argv. */
void cc_scan(struct cc_scan *scan, int argc, char **argv);

/* Whether this command line ends with a linker that makes an executable or shared library. */
bool cc_links(const struct cc_scan *scan);

#endif
