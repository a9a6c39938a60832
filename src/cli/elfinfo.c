#include "elfinfo.h"
#include "wire/sidecar.h"

#include <fcntl.h>
#include <gelf.h>
#include <string.h>
#include <unistd.h>

/* What the program's own symbols tell. */
static void read_symbols(Elf *elf, Elf_Scn *section, const GElf_Shdr *header, struct elfinfo *info)
{
    Elf_Data *data = elf_getdata(section, NULL);
    size_t count = header->sh_entsize ? header->sh_size / header->sh_entsize : 0;
    GElf_Sym symbol;
    for (size_t i = 0; data && i < count && gelf_getsym(data, (int)i, &symbol); i++) {
        const char *name = elf_strptr(elf, header->sh_link, symbol.st_name);
        if (!name || strncmp(name, "__tsan_", 7) != 0)
            continue;
        if (strcmp(name, "__tsan_init") == 0)
            info->instrumented = true;
        if (symbol.st_shndx != SHN_UNDEF && (strcmp(name, "__tsan_default_suppressions") == 0 ||
                                             strcmp(name, "__tsan_default_options") == 0))
            info->has_defaults = true;
    }
}

static bool needs(Elf *elf, Elf_Scn *section, const GElf_Shdr *header, const char *library)
{
    Elf_Data *data = elf_getdata(section, NULL);
    size_t count = header->sh_entsize ? header->sh_size / header->sh_entsize : 0;
    GElf_Dyn entry;
    for (size_t i = 0; data && i < count && gelf_getdyn(data, (int)i, &entry); i++) {
        const char *name =
            entry.d_tag == DT_NEEDED ? elf_strptr(elf, header->sh_link, entry.d_un.d_val) : NULL;
        if (name && strcmp(name, library) == 0)
            return true;
    }
    return false;
}

static void read_note(Elf *elf, Elf_Scn *section, struct elfinfo *info)
{
    Elf_Data *data = elf_getdata(section, NULL);
    GElf_Nhdr note;
    size_t name, descriptor;
    for (size_t at = 0; data && (at = gelf_getnote(data, at, &note, &name, &descriptor)) > 0;) {
        const char *bytes = data->d_buf;
        if (note.n_type != NT_GNU_BUILD_ID || note.n_namesz != 4 || memcmp(bytes + name, "GNU", 4))
            continue;
        size_t size = note.n_descsz;
        info->build_id_bytes = size < sizeof info->build_id ? size : sizeof info->build_id;
        memcpy(info->build_id, bytes + descriptor, info->build_id_bytes);
    }
}

/* ---- Go ---- */

/* What Go's linker always writes, and strip leaves: the build information, or the table of
 * functions. */
static bool is_gos(const char *section)
{
    static const char *const names[] = {".go.buildinfo", ".gopclntab", ".data.rel.ro.gopclntab"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(section, names[i]) == 0)
            return true;
    return false;
}

/* Sections that the marker may have come to lie in; Go's linker has names of its own. */
static bool may_hold_marker(const GElf_Shdr *header, const char *name)
{
    static const char *const names[] = {".rodata", ".noptrdata", ".data", ".data.rel.ro"};
    if (header->sh_type != SHT_PROGBITS || !(header->sh_flags & SHF_ALLOC))
        return false;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strncmp(name, names[i], strlen(names[i])) == 0)
            return true;
    return false;
}

static bool holds(Elf *elf, const GElf_Shdr *header, const char *text)
{
    size_t size;
    const char *bytes = elf_rawfile(elf, &size);
    if (!bytes || header->sh_offset > size || header->sh_size > size - header->sh_offset)
        return false;
    return memmem(bytes + header->sh_offset, header->sh_size, text, strlen(text));
}

static const char *name_of(Elf *elf, const GElf_Shdr *header)
{
    size_t names;
    const char *name =
        elf_getshdrstrndx(elf, &names) == 0 ? elf_strptr(elf, names, header->sh_name) : NULL;
    return name ? name : "";
}

/* A Go program built with -race has the names of TSan in it, whoever's runtime it is. */
static void read_go(Elf *elf, struct elfinfo *info)
{
    GElf_Shdr header;
    bool marked = false, race = info->instrumented;
    for (Elf_Scn *section = NULL; (section = elf_nextscn(elf, section));)
        info->is_go |= gelf_getshdr(section, &header) && is_gos(name_of(elf, &header));
    if (!info->is_go)
        return;
    for (Elf_Scn *section = NULL; (section = elf_nextscn(elf, section));) {
        if (!gelf_getshdr(section, &header))
            continue;
        const char *name = name_of(elf, &header);
        if (strcmp(name, ".go.buildinfo") == 0)
            race |= holds(elf, &header, "-race=true");
        if (!marked && may_hold_marker(&header, name))
            marked = holds(elf, &header, WIRE_GO_MARKER);
    }
    info->instrumented = marked;
    info->stock_race = race && !marked;
    info->wants_libtsan = false;
}

/* ---- the whole ---- */

static void read_sections(Elf *elf, struct elfinfo *info)
{
    GElf_Shdr header;
    for (Elf_Scn *section = NULL; (section = elf_nextscn(elf, section));) {
        if (!gelf_getshdr(section, &header))
            continue;
        if (header.sh_type == SHT_SYMTAB || header.sh_type == SHT_DYNSYM)
            read_symbols(elf, section, &header, info);
        if (header.sh_type == SHT_DYNAMIC)
            info->wants_libtsan = needs(elf, section, &header, "libtsan.so.2");
        if (header.sh_type == SHT_NOTE)
            read_note(elf, section, info);
    }
    info->instrumented = info->instrumented || info->wants_libtsan;
}

static void read_headers(Elf *elf, struct elfinfo *info)
{
    GElf_Ehdr header, own = {.e_machine = EM_NONE};
    GElf_Phdr segment;
    size_t count = 0;
    int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    Elf *self = fd >= 0 ? elf_begin(fd, ELF_C_READ_MMAP, NULL) : NULL;
    if (self && gelf_getehdr(self, &own) && gelf_getehdr(elf, &header))
        info->foreign =
            header.e_machine != own.e_machine || header.e_ident[EI_CLASS] != own.e_ident[EI_CLASS];
    info->is_static = elf_getphdrnum(elf, &count) == 0;
    for (size_t i = 0; i < count && gelf_getphdr(elf, (int)i, &segment); i++)
        if (segment.p_type == PT_INTERP)
            info->is_static = false;
    elf_end(self);
    if (fd >= 0)
        close(fd);
}

/* A static program that was stripped has no names left, but the runtime still reads its options. */
static bool holds_runtime(Elf *elf)
{
    size_t size;
    const char *bytes = elf_rawfile(elf, &size);
    return bytes && memmem(bytes, size, WIRE_ENV_OPTIONS, sizeof WIRE_ENV_OPTIONS);
}

struct elfinfo elfinfo_read(const char *path)
{
    struct elfinfo info = {0};
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    elf_version(EV_CURRENT);
    Elf *elf = fd >= 0 ? elf_begin(fd, ELF_C_READ_MMAP, NULL) : NULL;
    info.is_elf = elf && elf_kind(elf) == ELF_K_ELF;
    if (info.is_elf) {
        read_headers(elf, &info);
        read_sections(elf, &info);
        read_go(elf, &info);
        if (info.is_static && !info.instrumented && !info.is_go)
            info.instrumented = holds_runtime(elf);
    }
    elf_end(elf);
    if (fd >= 0)
        close(fd);
    return info;
}
