/* From addresses to functions and source lines.
 *
 * An address is a module (path of an ELF file) and an offset in it, as in wire/sidecar.h. Each
 * module is opened once and stays open; its DWARF is indexed on first use, not before. Without
 * DWARF the symbol table still gives function names; without that, unknown. Separate debug
 * files are found by build id or .gnu_debuglink below /usr/lib/debug; nothing is downloaded.
 *
 * An object of this kind belongs to one thread. Nothing here prints.
 */
#ifndef REPRISE_REPORT_SYMBOLS_H
#define REPRISE_REPORT_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct symbols;

struct symbol_frame {
    const char *function; /* demangled; NULL: unknown */
    const char *file;     /* NULL: unknown */
    int line, column;     /* 0: unknown */
};

struct symbol_data {
    const char *name;     /* demangled; NULL: unknown */
    uint64_t start, size; /* offsets in the module, as for the look-up */
    const char *file;     /* of the declaration; NULL: unknown */
    int line;
};

struct symbols_settings {
    bool no_inlines;  /* only the function that contains the code, not what was inlined */
    bool no_demangle; /* names as in the symbol table */
};

/* Never NULL. The settings are copied. */
struct symbols *symbols_open(const struct symbols_settings *settings);
void symbols_close(struct symbols *symbols);

/* The frames at a code address, innermost first; a call that was inlined gives a frame of its
 * own. There is always at least one, whose fields may be unknown. Returns their number; *frames
 * stays valid until the next look-up. */
size_t symbols_code(struct symbols *symbols, const char *module, uint64_t offset,
                    const struct symbol_frame **frames);

/* Is it code of Go's library and runtime, or made by its compiler? By what the names say. */
bool symbol_frame_is_gos(const struct symbol_frame *frame);

/* The variable at a data address. Strings stay valid until the next look-up. */
struct symbol_data symbols_data(struct symbols *symbols, const char *module, uint64_t offset);

#endif
