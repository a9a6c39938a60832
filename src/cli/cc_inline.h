/* `reprise cc --inline`: link-time optimisation that copies the runtime's quick looks into the
 * program.
 *
 * The objects of the program are LLVM bitcode, in which calls of the hooks stand. At the link
 * of an executable they meet one more object, made on the spot by the same clang from
 * libreprise-inline.c, which holds the hooks as functions that must be inlined. So any version
 * of clang will do, as long as the linker is the lld of that version.
 *
 * Where that can't be, a line says so and everything is as without --inline.
 */
#ifndef REPRISE_CLI_CC_INLINE_H
#define REPRISE_CLI_CC_INLINE_H

#include "cc_choose.h"
#include "cc_scan.h"

struct cc_inline {
    const char *lto;    /* the kind of LTO, "-flto=full" unless the user said another; NULL: none */
    bool add_lto;       /* the user did not say it */
    const char *linker; /* path of the lld that fits, NULL when nothing is linked */
    const char *hooks;  /* the object to link, NULL: the runtime is called */
};

/* What to do. Compiles the hooks when they are needed; with `print`, prints that command
 * instead. `runtime` is the directory of libreprise.a. All NULL without --inline. */
void cc_inline_plan(struct cc_inline *plan, const struct cc_compiler *compiler,
                    const struct cc_scan *scan, const char *verb, const char *runtime);

/* Adds to the command line, before the user's words. */
void cc_inline_add(struct words *command, const struct cc_inline *plan);

#endif
