#include "module.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int by_address(const void *left, const void *right)
{
    const struct elf_symbol *a = left, *b = right;
    if (a->address != b->address)
        return a->address < b->address ? -1 : 1;
    if (a->rank != b->rank)
        return a->rank < b->rank ? -1 : 1;
    return strcmp(b->name, a->name); /* same input, same answer */
}

static void sort(struct symbol_table *table)
{
    if (table->count)
        qsort(table->at, table->count, sizeof *table->at, by_address);
}

/* Names with fewer leading underscores read better; global beats weak beats local. */
static int rank_of(const GElf_Sym *symbol, const char *name)
{
    int binding = GELF_ST_BIND(symbol->st_info);
    int rank = binding == STB_GLOBAL ? 2 : binding == STB_WEAK ? 1 : 0;
    if (symbol->st_size)
        rank += 8;
    if (name[0] != '_' || name[1] == 'Z')
        rank += 4;
    return rank;
}

static void add_symbol(struct module *module, const GElf_Sym *symbol, const char *name,
                       const char *file)
{
    int type = GELF_ST_TYPE(symbol->st_info);
    struct symbol_table *table = NULL;
    if (symbol->st_shndx == SHN_UNDEF || !name || !*name)
        return;
    if (type == STT_FUNC || type == STT_GNU_IFUNC)
        table = &module->functions;
    else if (type == STT_OBJECT || type == STT_COMMON)
        table = &module->objects;
    else if (type == STT_NOTYPE && symbol->st_shndx < SHN_LORESERVE && name[0] != '.')
        table = &module->functions; /* hand-written assembly often leaves the type out */
    if (!table)
        return;
    table->at = grow(table->at, table->count, &table->capacity, sizeof *table->at);
    if (GELF_ST_BIND(symbol->st_info) != STB_LOCAL)
        file = NULL;
    table->at[table->count++] =
        (struct elf_symbol){symbol->st_value, symbol->st_size, name, file, rank_of(symbol, name)};
}

/* Assembly labels count only where the section holds code. */
static bool in_code(Elf *elf, const GElf_Sym *symbol)
{
    GElf_Shdr header;
    Elf_Scn *section = elf_getscn(elf, symbol->st_shndx);
    return section && gelf_getshdr(section, &header) && (header.sh_flags & SHF_EXECINSTR);
}

/* Local symbols follow the STT_FILE symbol of their source. */
static void read_section(struct module *module, Elf *elf, Elf_Scn *section, const GElf_Shdr *header)
{
    Elf_Data *data = elf_getdata(section, NULL);
    size_t count = header->sh_entsize ? header->sh_size / header->sh_entsize : 0;
    const char *file = NULL;
    for (size_t i = 0; data && i < count; i++) {
        GElf_Sym symbol;
        if (!gelf_getsym(data, (int)i, &symbol))
            break;
        const char *name = elf_strptr(elf, header->sh_link, symbol.st_name);
        int type = GELF_ST_TYPE(symbol.st_info);
        if (type == STT_FILE)
            file = name && *name ? name : NULL;
        else if (type != STT_NOTYPE || in_code(elf, &symbol))
            add_symbol(module, &symbol, name, file);
    }
}

static bool read_symbols(struct module *module, Elf *elf, GElf_Word type)
{
    bool found = false;
    GElf_Shdr header;
    for (Elf_Scn *section = NULL; (section = elf_nextscn(elf, section));)
        if (gelf_getshdr(section, &header) && header.sh_type == type) {
            read_section(module, elf, section, &header);
            found = true;
        }
    return found;
}

/* .symtab includes what .dynsym has. A stripped file may have its .symtab in the debug file. */
static void read_tables(struct module *module)
{
    if (!read_symbols(module, module->elf, SHT_SYMTAB) &&
        !(module->debug_elf && read_symbols(module, module->debug_elf, SHT_SYMTAB)))
        read_symbols(module, module->elf, SHT_DYNSYM);
    sort(&module->functions);
    sort(&module->objects);
}

static bool has_section(Elf *elf, const char *wanted)
{
    size_t names;
    GElf_Shdr header;
    if (elf_getshdrstrndx(elf, &names) != 0)
        return false;
    for (Elf_Scn *section = NULL; (section = elf_nextscn(elf, section));) {
        const char *name =
            gelf_getshdr(section, &header) ? elf_strptr(elf, names, header.sh_name) : NULL;
        if (name && strcmp(name, wanted) == 0)
            return true;
    }
    return false;
}

static void open_debug_file(struct module *module)
{
    module->debug_fd = module_open_debug(module->path, module->elf);
    if (module->debug_fd >= 0)
        module->debug_elf = elf_begin(module->debug_fd, ELF_C_READ_MMAP, NULL);
}

struct module *module_open(const char *path)
{
    struct module *module = calloc(1, sizeof *module);
    if (!module)
        abort();
    module->path = strdup(path);
    module->debug_fd = -1;
    elf_version(EV_CURRENT);
    module->fd = open(path, O_RDONLY | O_CLOEXEC);
    if (module->fd >= 0)
        module->elf = elf_begin(module->fd, ELF_C_READ_MMAP, NULL);
    if (!module->elf || elf_kind(module->elf) != ELF_K_ELF)
        return module;
    bool own = has_section(module->elf, ".debug_info") || has_section(module->elf, ".zdebug_info");
    if (!own)
        open_debug_file(module);
    Elf *with_debug = own ? module->elf : module->debug_elf;
    if (with_debug)
        module->dwarf = dwarf_begin_elf(with_debug, DWARF_C_READ, NULL);
    read_tables(module);
    module_index_units(module);
    return module;
}

void module_close(struct module *module)
{
    module_drop_units(module);
    dwarf_end(module->dwarf);
    elf_end(module->debug_elf);
    elf_end(module->elf);
    if (module->debug_fd >= 0)
        close(module->debug_fd);
    if (module->fd >= 0)
        close(module->fd);
    free(module->functions.at);
    free(module->objects.at);
    free(module->path);
    free(module);
}

const struct elf_symbol *module_symbol(const struct symbol_table *table, uint64_t address)
{
    size_t low = 0, high = table->count;
    while (low < high) { /* the first behind the address */
        size_t middle = low + (high - low) / 2;
        if (table->at[middle].address <= address)
            low = middle + 1;
        else
            high = middle;
    }
    /* A label without size may lie inside a function: the function wins, if it is near. */
    for (size_t i = low; i > 0 && low - i < 16; i--)
        if (address - table->at[i - 1].address < table->at[i - 1].size)
            return &table->at[i - 1];
    return low > 0 && !table->at[low - 1].size ? &table->at[low - 1] : NULL;
}
