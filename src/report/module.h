/* One ELF file for symbols.c: its symbol table, its debug information, and where units and
 * variables lie in it.
 *
 * Invariant: tables are sorted by address and complete, or empty. Look-ups never fail loudly; a
 * broken or missing file is a module that knows nothing.
 */
#ifndef REPRISE_REPORT_MODULE_H
#define REPRISE_REPORT_MODULE_H

#include <elfutils/libdw.h>
#include <gelf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct elf_symbol {
    uint64_t address, size;
    const char *name; /* in the mapped file */
    const char *file; /* source file of a local symbol, without directory; else NULL */
    int rank;         /* of several at one address the highest is shown */
};

struct symbol_table {
    struct elf_symbol *at;
    size_t count, capacity;
};

/* Half-open address range that belongs to something, for tables of ranges. `reach` is the
 * highest end of this and all earlier entries: ranges may overlap, and a search that walks
 * back may stop where nothing reaches the address any more. */
struct range {
    uint64_t low, high, reach;
    Dwarf_Off die;
    size_t owner;
};

struct range_table {
    struct range *at;
    size_t count, capacity;
};

/* A compile unit. `functions` is filled when the unit is first needed. */
struct unit {
    Dwarf_Die die;       /* with the line table and the ranges */
    Dwarf_Die functions; /* with the functions: of the .dwo file if there is one */
    bool indexed;
    struct range_table code; /* functions */
};

struct module {
    char *path;
    struct module *next;
    int fd, debug_fd;
    Elf *elf, *debug_elf; /* debug_elf is NULL unless the debug information is separate */
    Dwarf *dwarf;         /* NULL: none */
    struct symbol_table functions, objects;
    struct unit *units;
    size_t unit_count;
    struct range_table unit_ranges; /* owner: index in units */
    struct range_table variables;   /* owner: index in units */
    bool variables_indexed;
};

/* Never NULL; knows nothing when the file cannot be read. */
struct module *module_open(const char *path);
void module_close(struct module *module);

/* The symbol that contains the address, or NULL. A symbol without size reaches to the next. */
const struct elf_symbol *module_symbol(const struct symbol_table *table, uint64_t address);

/* ---- module_debug.c ---- */

/* Finds the separate debug file of an ELF file, opens it; -1 when there is none. */
int module_open_debug(const char *path, Elf *elf);

/* ---- module_units.c ---- */

/* Indexes the units of module->dwarf. */
void module_index_units(struct module *module);

/* The unit whose code contains the address, with its functions indexed, or NULL. */
struct unit *module_unit(struct module *module, uint64_t address);

/* The innermost function of the unit, not inlined, that contains the address. */
bool unit_function(struct unit *unit, uint64_t address, Dwarf_Die *function);

/* The variable that starts at the address. */
bool module_variable(struct module *module, uint64_t address, Dwarf_Die *variable,
                     struct unit **unit);

void module_drop_units(struct module *module);

/* ---- range_table.c ---- */

void ranges_add(struct range_table *table, uint64_t low, uint64_t high, Dwarf_Off die,
                size_t owner);
void ranges_sort(struct range_table *table);
/* The narrowest range that contains the address, or NULL. */
const struct range *ranges_find(const struct range_table *table, uint64_t address);
void ranges_free(struct range_table *table);

/* Room for one more element: returns the array, grown when needed. Aborts without memory. */
void *grow(void *array, size_t count, size_t *capacity, size_t element_size);

#endif
