#include "elfinfo.h"

#include <fcntl.h>
#include <gelf.h>
#include <string.h>
#include <unistd.h>

static bool names_runtime(Elf *elf, Elf_Scn *section, const GElf_Shdr *header)
{
    Elf_Data *data = elf_getdata(section, NULL);
    size_t count = header->sh_entsize ? header->sh_size / header->sh_entsize : 0;
    GElf_Sym symbol;
    for (size_t i = 0; data && i < count && gelf_getsym(data, (int)i, &symbol); i++) {
        const char *name = elf_strptr(elf, header->sh_link, symbol.st_name);
        if (name && strcmp(name, "__tsan_init") == 0)
            return true;
    }
    return false;
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

static void read_sections(Elf *elf, struct elfinfo *info)
{
    GElf_Shdr header;
    for (Elf_Scn *section = NULL; (section = elf_nextscn(elf, section));) {
        if (!gelf_getshdr(section, &header))
            continue;
        if (header.sh_type == SHT_SYMTAB || header.sh_type == SHT_DYNSYM)
            info->instrumented = info->instrumented || names_runtime(elf, section, &header);
        if (header.sh_type == SHT_DYNAMIC)
            info->wants_libtsan = needs(elf, section, &header, "libtsan.so.2");
    }
    info->instrumented = info->instrumented || info->wants_libtsan;
}

struct elfinfo elfinfo_read(const char *path)
{
    struct elfinfo info = {0};
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    elf_version(EV_CURRENT);
    Elf *elf = fd >= 0 ? elf_begin(fd, ELF_C_READ_MMAP, NULL) : NULL;
    info.is_elf = elf && elf_kind(elf) == ELF_K_ELF;
    if (info.is_elf)
        read_sections(elf, &info);
    elf_end(elf);
    if (fd >= 0)
        close(fd);
    return info;
}
