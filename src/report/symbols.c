#include "symbols.h"
#include "module.h"

#include <dwarf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Deeper inlining than this is cut off at the outside; compilers stop long before. */
#define INLINE_MAX 256

/* libstdc++; the declaration is that of the Itanium C++ ABI. */
extern char *__cxa_demangle(const char *name, char *buffer, size_t *length, int *status);

struct symbols {
    struct symbols_settings settings;
    struct module *modules; /* most recently used first */
    struct symbol_frame *frames;
    size_t count, capacity;
    char **strings; /* made for the current answer */
    size_t string_count, string_capacity;
};

struct symbols *symbols_open(const struct symbols_settings *settings)
{
    struct symbols *symbols = calloc(1, sizeof *symbols);
    if (!symbols)
        abort();
    symbols->settings = *settings;
    return symbols;
}

static void reset(struct symbols *symbols)
{
    for (size_t i = 0; i < symbols->string_count; i++)
        free(symbols->strings[i]);
    symbols->string_count = symbols->count = 0;
}

void symbols_close(struct symbols *symbols)
{
    reset(symbols);
    while (symbols->modules) {
        struct module *module = symbols->modules;
        symbols->modules = module->next;
        module_close(module);
    }
    free(symbols->frames);
    free(symbols->strings);
    free(symbols);
}

static struct module *find_module(struct symbols *symbols, const char *path)
{
    struct module **link = &symbols->modules, *module;
    while ((module = *link) && strcmp(module->path, path) != 0)
        link = &module->next;
    if (module)
        *link = module->next;
    else
        module = module_open(path);
    module->next = symbols->modules;
    symbols->modules = module;
    return module;
}

static const char *keep(struct symbols *symbols, char *string)
{
    if (!string)
        return NULL;
    symbols->strings = grow(symbols->strings, symbols->string_count, &symbols->string_capacity,
                            sizeof *symbols->strings);
    return symbols->strings[symbols->string_count++] = string;
}

/* Nested templates end in ">>" in the reports of other tools, and suppressions are written
 * after those; the library we demangle with says "> >". */
static void close_templates(char *name)
{
    char *to = name;
    for (const char *from = name; *from; from++)
        if (!(*from == ' ' && from[1] == '>' && from > name && from[-1] == '>'))
            *to++ = *from;
    *to = '\0';
}

static bool is_mangled(const char *name)
{
    return strncmp(name, "_Z", 2) == 0;
}

/* Demangles without the suffix of a clone: f(int) rather than f(int) [clone .constprop.0]. There
 * is no '.' in the mangled name itself. */
static char *demangle(const char *name)
{
    int status;
    size_t length = strcspn(name, ".");
    char *bare = strndup(name, length);
    char *demangled = bare && length ? __cxa_demangle(bare, NULL, NULL, &status) : NULL;
    free(bare);
    return demangled;
}

/* Only what looks mangled: a C function named `i` is not the type int. */
static const char *readable(struct symbols *symbols, const char *name)
{
    char *demangled = NULL;
    if (is_mangled(name) && !symbols->settings.no_demangle)
        demangled = demangle(name);
    if (!demangled)
        return name;
    close_templates(demangled);
    return keep(symbols, demangled);
}

/* ---- functions ---- */

/* The mangled name of a C++ function. A linkage name that is not mangled is an alias by which a
 * library calls its own function; the name in the source says more. */
static const char *mangled_name(Dwarf_Die *die)
{
    Dwarf_Attribute attribute;
    if (!dwarf_attr_integrate(die, DW_AT_linkage_name, &attribute) &&
        !dwarf_attr_integrate(die, DW_AT_MIPS_linkage_name, &attribute))
        return NULL;
    const char *name = dwarf_formstring(&attribute);
    return name && is_mangled(name) ? name : NULL;
}

/* The name of a function or an inlined one. With line tables only, C++ functions have no linkage
 * name; then the symbol table knows more, though only about functions that were not inlined. */
static const char *function_name(struct symbols *symbols, Dwarf_Die *die,
                                 const struct elf_symbol *symbol)
{
    const char *mangled = mangled_name(die);
    if (!mangled && symbol && is_mangled(symbol->name))
        mangled = symbol->name;
    const char *name = mangled ? readable(symbols, mangled) : NULL;
    /* Newer compilers mangle in ways that an older libstdc++ cannot read. */
    if (name && (name != mangled || symbols->settings.no_demangle))
        return name;
    const char *plain = dwarf_diename(die); /* integrates the abstract origin */
    return plain ? plain : name ? name : symbol ? symbol->name : NULL;
}

/* Fills `chain` with the inlined calls below `parent` around the address, outermost first. */
static size_t inlined_calls(Dwarf_Die *parent, uint64_t address, Dwarf_Die *chain, size_t count)
{
    Dwarf_Die die;
    if (count == INLINE_MAX || dwarf_child(parent, &die) != 0)
        return count;
    do {
        int tag = dwarf_tag(&die);
        bool call = tag == DW_TAG_inlined_subroutine;
        if (!call && tag != DW_TAG_lexical_block && tag != DW_TAG_try_block &&
            tag != DW_TAG_catch_block)
            continue;
        int inside = dwarf_haspc(&die, address); /* < 0: the block has no ranges of its own */
        if (inside == 0 || (call && inside < 0))
            continue;
        if (call)
            chain[count] = die;
        size_t deeper = inlined_calls(&die, address, chain, count + call);
        if (call || deeper > count)
            return deeper;
    } while (dwarf_siblingof(&die, &die) == 0);
    return count;
}

/* ---- lines ---- */

static int number(Dwarf_Die *die, unsigned name)
{
    Dwarf_Attribute attribute;
    Dwarf_Word value;
    if (!dwarf_attr_integrate(die, name, &attribute) || dwarf_formudata(&attribute, &value) != 0)
        return 0;
    return (int)value;
}

/* libdw leaves a name relative when the directory of the compilation is relative itself, as in
 * distributions that hide their build paths. */
static const char *full_path(struct symbols *symbols, Dwarf_Die *unit, const char *file)
{
    Dwarf_Attribute attribute;
    const char *directory = NULL;
    char *path;
    if (!file || file[0] == '/')
        return file;
    if (dwarf_attr(unit, DW_AT_comp_dir, &attribute))
        directory = dwarf_formstring(&attribute);
    size_t length = directory ? strlen(directory) : 0;
    if (!length || (strncmp(file, directory, length) == 0 && file[length] == '/'))
        return file;
    return asprintf(&path, "%s/%s", directory, file) < 0 ? file : keep(symbols, path);
}

/* File names are numbered by unit; the skeleton of a split unit has the full list. */
static const char *file_name(struct symbols *symbols, Dwarf_Die *unit, int index)
{
    Dwarf_Files *files;
    size_t count;
    if (dwarf_getsrcfiles(unit, &files, &count) != 0 || (size_t)index >= count)
        return NULL;
    return full_path(symbols, unit, dwarf_filesrc(files, (size_t)index, NULL, NULL));
}

static void line_of(struct symbols *symbols, struct unit *unit, uint64_t address,
                    struct symbol_frame *frame)
{
    Dwarf_Line *line = dwarf_getsrc_die(&unit->die, address);
    if (!line)
        return;
    frame->file = full_path(symbols, &unit->die, dwarf_linesrc(line, NULL, NULL));
    dwarf_lineno(line, &frame->line);
    dwarf_linecol(line, &frame->column);
}

/* Where an inlined call was written. */
static void call_site_of(struct symbols *symbols, struct unit *unit, Dwarf_Die *call,
                         struct symbol_frame *frame)
{
    Dwarf_Attribute attribute;
    if (dwarf_attr(call, DW_AT_call_file, &attribute))
        frame->file = file_name(symbols, &unit->die, number(call, DW_AT_call_file));
    frame->line = number(call, DW_AT_call_line);
    frame->column = number(call, DW_AT_call_column);
}

/* ---- code ---- */

static struct symbol_frame *add_frame(struct symbols *symbols)
{
    symbols->frames =
        grow(symbols->frames, symbols->count, &symbols->capacity, sizeof *symbols->frames);
    struct symbol_frame *frame = &symbols->frames[symbols->count++];
    *frame = (struct symbol_frame){0};
    return frame;
}

/* Frames of a function with debug information. Each frame's place is the call site of the one
 * inside it; only the innermost has its place from the line table. */
static void add_frames(struct symbols *symbols, struct unit *unit, Dwarf_Die *function,
                       uint64_t address, const struct elf_symbol *symbol)
{
    Dwarf_Die chain[INLINE_MAX], *inner = NULL;
    size_t depth = inlined_calls(function, address, chain, 0);
    if (symbols->settings.no_inlines)
        depth = 0;
    for (size_t i = depth + 1; i-- > 0;) {
        Dwarf_Die *die = i ? &chain[i - 1] : function;
        struct symbol_frame *frame = add_frame(symbols);
        frame->function = function_name(symbols, die, i ? NULL : symbol);
        if (inner)
            call_site_of(symbols, unit, inner, frame);
        else
            line_of(symbols, unit, address, frame);
        inner = die;
    }
}

size_t symbols_code(struct symbols *symbols, const char *path, uint64_t offset,
                    const struct symbol_frame **frames)
{
    reset(symbols);
    struct module *module = find_module(symbols, path);
    const struct elf_symbol *symbol = module_symbol(&module->functions, offset);
    struct unit *unit = module_unit(module, offset);
    Dwarf_Die function;
    if (unit && unit_function(unit, offset, &function)) {
        add_frames(symbols, unit, &function, offset, symbol);
    } else {
        struct symbol_frame *frame = add_frame(symbols);
        frame->function = symbol ? readable(symbols, symbol->name) : NULL;
        frame->file = symbol ? symbol->file : NULL;
        if (unit)
            line_of(symbols, unit, offset, frame);
    }
    *frames = symbols->frames;
    return symbols->count;
}

/* ---- data ---- */

struct symbol_data symbols_data(struct symbols *symbols, const char *path, uint64_t offset)
{
    struct symbol_data data = {0};
    Dwarf_Die variable;
    struct unit *unit;
    reset(symbols);
    struct module *module = find_module(symbols, path);
    const struct elf_symbol *symbol = module_symbol(&module->objects, offset);
    if (!symbol)
        return data;
    data.name = readable(symbols, symbol->name);
    data.start = symbol->address;
    data.size = symbol->size;
    data.file = symbol->file;
    if (module_variable(module, symbol->address, &variable, &unit)) {
        data.file = file_name(symbols, &unit->die, number(&variable, DW_AT_decl_file));
        data.line = number(&variable, DW_AT_decl_line);
    }
    return data;
}
