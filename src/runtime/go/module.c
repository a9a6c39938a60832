/*
 * The modules of a Go program (module.h), from the kernel's list of mappings: there may be no
 * dynamic linker to ask. Read once, at init; Go code is in the executable, or in the library
 * that a C program loads, and plugins that come later are shown without a module.
 */
#include "../module.h"
#include "../file.h"
#include "../format.h"

#include <elf.h>

enum { MODULES_MAX = 64 };

static struct rt_module modules[MODULES_MAX];
static size_t count; /* constant after init */
bool rt_callers_filtered;

const struct rt_module *rt_module_at(size_t number)
{
    return number < count ? &modules[number] : NULL;
}

const struct rt_module *rt_module_of(rt_addr addr)
{
    for (size_t i = 0; i < count; i++)
        if (addr >= modules[i].low && addr < modules[i].high)
            return &modules[i];
    return NULL;
}

/* ---- one module as it lies in memory ---- */

static size_t padded(size_t n)
{
    return (n + 3) & ~(size_t)3;
}

static void take_build_id(struct rt_module *m, const char *bytes, size_t n)
{
    m->build_id_bytes = n < RT_BUILD_ID_MAX ? (uint8_t)n : RT_BUILD_ID_MAX;
    rt_memcpy(m->build_id, bytes, m->build_id_bytes);
}

/* Go before 1.24 leaves no build id of the usual kind; its own is a text (the note's type is 4), of
 * which the first 32 bytes tell builds apart. The usual one wins. */
static void read_note(struct rt_module *m, const Elf64_Nhdr *h)
{
    const char *name = (const char *)(h + 1), *value = name + padded(h->n_namesz);
    if (h->n_namesz != 4)
        return;
    if (h->n_type == NT_GNU_BUILD_ID && !rt_memcmp(name, "GNU", 4))
        take_build_id(m, value, h->n_descsz);
    else if (h->n_type == 4 && !rt_memcmp(name, "Go\0", 4) && !m->build_id_bytes)
        take_build_id(m, value, h->n_descsz);
}

/* Go's linker puts the usual one behind its own, and outside of what the program header tells. */
static void read_notes(struct rt_module *m, const char *at, const char *end)
{
    const char *last = (const char *)m->high;
    while (last - at >= (ptrdiff_t)sizeof(Elf64_Nhdr)) {
        const Elf64_Nhdr *h = (const void *)at;
        size_t whole = sizeof *h + padded(h->n_namesz) + padded(h->n_descsz);
        bool gnu = h->n_namesz == 4 && h->n_type == NT_GNU_BUILD_ID && h->n_descsz <= 64;
        if ((at >= end && !gnu) || whole > (size_t)(last - at))
            return;
        read_note(m, h);
        at += whole;
    }
}

static void read_loads(struct rt_module *m, const Elf64_Phdr *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        rt_addr from = m->base + p[i].p_vaddr, to = from + p[i].p_memsz;
        if (p[i].p_type != PT_LOAD)
            continue;
        if (!m->high || from < m->low)
            m->low = from;
        if (to > m->high)
            m->high = to;
    }
}

/* The file's first page is at header. */
static void read_module(struct rt_module *m, const Elf64_Ehdr *header)
{
    const Elf64_Phdr *p = (const void *)((const char *)header + header->e_phoff);
    size_t n = header->e_phoff + header->e_phnum * sizeof *p <= 4096 ? header->e_phnum : 0;
    m->base = header->e_type == ET_EXEC ? 0 : (uintptr_t)header;
    read_loads(m, p, n);
    for (size_t i = 0; i < n; i++) {
        rt_addr from = m->base + p[i].p_vaddr, to = from + p[i].p_memsz;
        if (p[i].p_type == PT_NOTE && from >= m->low && to <= m->high)
            read_notes(m, (const char *)from, (const char *)to);
    }
}

/* ---- the list ---- */

static void append(const Elf64_Ehdr *header, const char *path, size_t length)
{
    struct rt_module *m = &modules[count];
    char *kept = core_alloc(length + 1);
    rt_memcpy(kept, path, length);
    m->path = m->name = kept;
    m->loaded = true;
    m->number = (uint32_t)count;
    read_module(m, header);
    if (m->high)
        count++;
}

/* The executable is number 0, wherever it lies. */
static void put_first(void)
{
    const char *exe = rt_exe_path();
    for (size_t i = 1; i < count; i++)
        if (!rt_strcmp(modules[i].path, exe)) {
            struct rt_module first = modules[i];
            modules[i] = modules[0];
            modules[0] = first;
            modules[i].number = (uint32_t)i;
            modules[0].number = 0;
        }
}

static uintptr_t take_hex(const char **p)
{
    uintptr_t n = 0;
    for (;; (*p)++) {
        unsigned digit = (unsigned)(**p - '0');
        if (digit > 9)
            digit = (unsigned)((**p | 32) - 'a') + 10;
        if (digit > 15 || (digit > 9 && **p < 'A'))
            return n;
        n = n << 4 | digit;
    }
}

/* "400000-401000 r-xp 00000000 fe:00 1234    /path": the first of a file has its ELF header. */
static void read_line(const char *p, const char *end)
{
    uintptr_t from = take_hex(&p);
    const char *header = (const char *)from;
    p++;
    take_hex(&p);
    bool readable = p[0] == ' ' && p[1] == 'r';
    p += 6;
    bool first = readable && take_hex(&p) == 0;
    while (p < end && *p != '/')
        p++;
    if (!first || p == end || count == MODULES_MAX || !rt_strncmp(p, "/dev/", 5) ||
        rt_memcmp(header, ELFMAG, SELFMAG) || header[EI_CLASS] != ELFCLASS64)
        return;
    append((const void *)header, p, (size_t)(end - p));
}

void rt_modules_refresh(void)
{
    struct rt_text maps = {0};
    if (count || rt_file_read("/proc/self/maps", &maps) || !maps.length)
        return;
    for (const char *p = maps.data, *end; *p; p = *end ? end + 1 : end) {
        for (end = p; *end && *end != '\n';)
            end++;
        read_line(p, end);
    }
    rt_text_free(&maps);
    put_first();
}
