#include "module.h"
#include "file.h"
#include "format.h"
#include "options.h"
#include "suppress.h"

#include <elf.h>
#include <link.h>

/*
 * Readers take no lock: rows are reached through pages of rows that are published once, and
 * `count` is released after a row is complete.
 */
enum { PAGE_ROWS = 64, PAGES = 1024 };

static struct rt_module *pages[PAGES];
static uint32_t count;      /* written under lock, release; read with acquire */
static core_lock list_lock; /* writers; dl_iterate_phdr is not called under it */
bool rt_callers_filtered;

static struct rt_module *row(size_t number)
{
    return &pages[number / PAGE_ROWS][number % PAGE_ROWS];
}

const struct rt_module *rt_module_at(size_t number)
{
    /* acquire: the row was filled before count grew past it */
    return number < __atomic_load_n(&count, __ATOMIC_ACQUIRE) ? row(number) : NULL;
}

const struct rt_module *rt_module_of(rt_addr addr)
{
    const struct rt_module *gone = NULL;
    for (size_t n = __atomic_load_n(&count, __ATOMIC_ACQUIRE); n-- > 0;) {
        const struct rt_module *m = row(n);
        if (addr < m->low || addr >= m->high)
            continue;
        /* relaxed: a module that is being unloaded just now may be seen either way */
        if (__atomic_load_n(&m->loaded, __ATOMIC_RELAXED))
            return m;
        if (!gone)
            gone = m;
    }
    return gone;
}

/* ---- one module as the linker shows it ---- */

static void read_build_id(struct rt_module *m, const char *note, size_t bytes)
{
    while (bytes >= sizeof(ElfW(Nhdr))) {
        const ElfW(Nhdr) *h = (const void *)note;
        size_t name = (h->n_namesz + 3) & ~3u, desc = (h->n_descsz + 3) & ~3u;
        size_t whole = sizeof *h + name + desc;
        if (whole > bytes)
            return;
        if (h->n_type == NT_GNU_BUILD_ID && h->n_namesz == 4 &&
            !rt_memcmp(note + sizeof *h, "GNU", 4)) {
            m->build_id_bytes = h->n_descsz < RT_BUILD_ID_MAX ? h->n_descsz : RT_BUILD_ID_MAX;
            rt_memcpy(m->build_id, note + sizeof *h + name, m->build_id_bytes);
            return;
        }
        note += whole;
        bytes -= whole;
    }
}

/* Some linkers leave absolute addresses in the dynamic section, some (vdso) offsets. */
static const char *dynamic_pointer(const struct rt_module *m, ElfW(Addr) value)
{
    return (const char *)(value < m->base ? value + m->base : value);
}

/* A module that names a function of the ABI in its dynamic strings was built for it. */
static bool names_the_abi(const struct rt_module *m, const ElfW(Dyn) * d)
{
    static const char wanted[] = "__tsan_";
    const char *strings = NULL;
    size_t bytes = 0;
    for (; d->d_tag != DT_NULL; d++) {
        if (d->d_tag == DT_STRTAB)
            strings = dynamic_pointer(m, d->d_un.d_ptr);
        if (d->d_tag == DT_STRSZ)
            bytes = d->d_un.d_val;
    }
    if (!strings)
        return false;
    for (size_t i = 0; i + sizeof wanted <= bytes; i++)
        if (strings[i] == '_' && !rt_memcmp(strings + i, wanted, sizeof wanted - 1))
            return true;
    return false;
}

static void span(rt_addr *low, rt_addr *high, rt_addr from, rt_addr to)
{
    if (from < *low || !*high)
        *low = from;
    if (to > *high)
        *high = to;
}

static void read_segment(struct rt_module *m, const ElfW(Phdr) * p)
{
    rt_addr from = m->base + p->p_vaddr, to = from + p->p_memsz;
    if (p->p_type == PT_LOAD)
        span(&m->low, &m->high, from, to);
    if (p->p_type == PT_LOAD && (p->p_flags & PF_X))
        span(&m->code_low, &m->code_high, from, to);
}

/* Only where it is mapped: headers may describe what stayed in the file. */
static void read_description(struct rt_module *m, const ElfW(Phdr) * p)
{
    rt_addr from = m->base + p->p_vaddr, to = from + p->p_memsz;
    if (from < m->low || to > m->high)
        return;
    if (p->p_type == PT_NOTE && !m->build_id_bytes)
        read_build_id(m, (const char *)from, p->p_memsz);
    if (p->p_type == PT_DYNAMIC)
        m->instrumented = names_the_abi(m, (const ElfW(Dyn) *)from);
}

static void read_headers(struct rt_module *m, const struct dl_phdr_info *info)
{
    for (size_t i = 0; i < info->dlpi_phnum; i++)
        read_segment(m, &info->dlpi_phdr[i]);
    for (size_t i = 0; i < info->dlpi_phnum; i++)
        read_description(m, &info->dlpi_phdr[i]);
}

static bool is_system_name(const char *path)
{
    static const char *const heads[] = {"libc.so", "libc-2", "ld-linux", "libpthread",
                                        "linux-vdso"};
    const char *base = rt_base_name(path);
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++)
        if (!rt_strncmp(base, heads[i], rt_strlen(heads[i])))
            return true;
    return false;
}

static const char *keep(const char *text)
{
    size_t n = rt_strlen(text) + 1;
    return rt_memcpy(core_alloc(n), text, n);
}

/* dlopen("./x.so") leaves a relative name: it counts from the directory of now. */
static const char *keep_absolute(const char *name)
{
    char path[RT_LOG_PATH];
    if (name[0] == '/' || !rt_strchr(name, '/'))
        return keep(name);
    rt_absolute_path(name, path);
    return keep(path);
}

/* ---- the list ---- */

static struct rt_module *find_loaded(const struct rt_module *like)
{
    for (size_t n = 0; n < count; n++) {
        struct rt_module *m = row(n);
        if (m->loaded && m->base == like->base && m->low == like->low && m->high == like->high &&
            !rt_strcmp(m->name, like->name))
            return m;
    }
    return NULL;
}

static void append(const struct rt_module *new)
{
    if (count >= PAGES * PAGE_ROWS)
        return; /* addresses beyond are shown without a module */
    struct rt_module **page = &pages[count / PAGE_ROWS];
    if (!*page)
        *page = core_alloc(PAGE_ROWS * sizeof **page);
    struct rt_module *m = row(count);
    *m = *new;
    m->name = keep(new->name);
    m->path = keep_absolute(new->name);
    m->number = count;
    m->loaded = true;
    /* release: readers that see the new count see the row */
    __atomic_store_n(&count, count + 1, __ATOMIC_RELEASE);
}

/* One pass over the linker's list; `seen` has a flag for each row known before. */
struct pass {
    bool *seen;
    uint32_t known;
    bool first; /* the linker names the executable "" */
};

static int visit(struct dl_phdr_info *info, size_t size, void *ctx)
{
    (void)size;
    struct pass *pass = ctx;
    struct rt_module m;
    rt_memset(&m, 0, sizeof m);
    m.base = info->dlpi_addr;
    m.name = pass->first ? rt_exe_path() : info->dlpi_name ? info->dlpi_name : "";
    pass->first = false;
    read_headers(&m, info);
    if (!m.high)
        return 0;
    m.is_system = is_system_name(m.name);
    core_lock_acquire(&list_lock);
    struct rt_module *old = find_loaded(&m);
    if (!old)
        append(&m);
    else if (old->number < pass->known)
        pass->seen[old->number] = true;
    core_lock_release(&list_lock);
    return 0;
}

void rt_modules_refresh(void)
{
    struct pass pass = {.first = true};
    pass.known = __atomic_load_n(&count, __ATOMIC_ACQUIRE);
    pass.seen = core_alloc(pass.known + 1);
    dl_iterate_phdr(visit, &pass);
    for (uint32_t n = 0; n < pass.known; n++)
        if (!pass.seen[n])
            __atomic_store_n(&row(n)->loaded, false, __ATOMIC_RELAXED);
    core_free(pass.seen, pass.known + 1);
    rt_suppress_libraries();
}

/* ---- callers that are ignored ---- */

void rt_module_ignore(const struct rt_module *m)
{
    /* relaxed: a call that is on its way may be seen either way */
    __atomic_store_n(&row(m->number)->ignored, true, __ATOMIC_RELAXED);
}

bool rt_caller_ignored_slow(rt_pc caller)
{
    const struct rt_module *m = rt_module_of(caller - 1);
    if (rt_options.ignore_noninstrumented_modules && (!m || !m->instrumented))
        return true;
    return m && m->ignored;
}
