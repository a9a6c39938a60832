/* Which compiler stands behind `reprise cc` and `reprise c++`. */
#ifndef REPRISE_CLI_CC_CHOOSE_H
#define REPRISE_CLI_CC_CHOOSE_H

#include "words.h"
#include <stdbool.h>

enum cc_kind { CC_CLANG, CC_GCC };

struct cc_compiler {
    struct words command; /* the first word is a path; REPRISE_CC may hold several words */
    enum cc_kind kind;
};

/* Order: `with` (may be NULL), then REPRISE_CXX and REPRISE_CC, then the first installed of
 * clang-19, clang, gcc. For C++ a name like clang-19 or gcc-12 is turned into its C++ twin.
 * `verb` is for messages. Returns 0, or the exit status after an error that was printed. */
int cc_choose(struct cc_compiler *compiler, const char *verb, bool cxx, const char *with);

/* The C++ twin of a C compiler's name, keeping directory and version: /opt/gcc-12 gives
 * /opt/g++-12. A name that is not known, or is C++ already, comes back as it is. The result
 * stays in `buffer`. */
const char *cc_cxx_name(const char *name, char *buffer, size_t size);

#endif
