/*
 * The external symbolizer: a process of its own that turns (module, offset) into names, so that no
 * reader of debug information lives in the program. It speaks the protocol of llvm-symbolizer
 * on its standard input and output: one line asks, lines up to an empty one answer.
 *
 * It is started with the first question, and again when it died, a few times; the program sees
 * neither it nor its end. Without one there are no answers, and reports show offsets.
 * Everything here is called under the report lock.
 */
#ifndef REPRISE_RUNTIME_SYMBOLIZER_H
#define REPRISE_RUNTIME_SYMBOLIZER_H

#include "format.h"

/*
 * Asks about an offset in a module: kind "CODE" or "DATA". The answer, without the empty line,
 * goes into *answer, zero-terminated. False when there is none.
 */
bool rt_symbolizer_ask(const char *kind, const char *module, uintptr_t offset,
                       struct rt_text *answer);

#endif
