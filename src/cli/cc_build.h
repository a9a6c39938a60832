/* The compiler command line that reprise cc and reprise c++ run.
 *
 * Ours go before the user's words, so that the user's own choices win, except for what must
 * come last on a linker line. The files of the runtime, in cli_runtime_dir():
 *
 *   libreprise.a             for executables, whole: nothing refers to an interceptor by name
 *   libreprise.so            the same as a shared library (--shared-runtime)
 *   libreprise-inline.c      the hooks as the linker inlines them (cc_inline.h)
 *   libreprise.syms          dynamic list: what executables export to their shared libraries
 *   static/                  libreprise.a for fully static executables, the libc.a it needs, and
 *                            gcc.specs, which tells gcc's compiler, but not its driver, to
 *                            instrument: the driver refuses that for -static
 *   gcc/libtsan_preinit.o    starts the runtime before any constructor
 *   gcc/libtsan.so           libreprise.so under the name that gcc links
 *   gcc/none/libtsan.so      an empty linker script: gcc always links a libtsan for
 *                            -fsanitize=thread, and this one adds nothing
 */
#ifndef REPRISE_CLI_CC_BUILD_H
#define REPRISE_CLI_CC_BUILD_H

#include "cc_choose.h"
#include "cc_inline.h"
#include "cc_scan.h"

/* Fills `command`, ready for execv(). `runtime` is the directory above, "" when there is none.
 * Returns 0, or the exit status after an error that was printed. */
int cc_build(struct words *command, const struct cc_compiler *compiler, const struct cc_scan *scan,
             const struct cc_inline *inlined, const char *verb, const char *runtime);

#endif
