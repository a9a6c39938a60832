/*
 * What the runtime has in a fully static program and nowhere else: RTLD_NEXT, and its start. All
 * its other objects are the same.
 *
 * Nothing comes next in a program that is one file. So tools/static-runtime.sh makes a copy of
 * the C library in which every function that the runtime stands in for, and only that name, is
 * called reprise_real_NAME: the program's calls find the runtime, the C library's own calls stay
 * inside it, and the runtime finds the real functions in the table below. The script writes the
 * table, too (reals.h, a line REAL(NAME) for each, sorted by byte value), and renames what the
 * runtime calls: dlsym() to reprise_static_dlsym() and so on. The program's own are the C
 * library's.
 */
#include <stddef.h>

#define REAL(name) extern char real_##name[] __asm__("reprise_real_" #name);
#include "reals.h"
#undef REAL

static const struct real {
    const char *name;
    void *function;
} reals[] = {
#define REAL(name) {#name, real_##name},
#include "reals.h"
#undef REAL
};

extern void __tsan_init(void);

/*
 * In place of __cxa_atexit() where the C library registers what runs the program's destructors,
 * just before .preinit_array. The first handler runs last, and that has to be the runtime's, as in
 * a dynamic program: there .preinit_array comes earlier.
 */
int reprise_static_start(void (*run)(void *), void *arg, void *dso)
{
    extern int cxa_atexit(void (*)(void *), void *, void *) __asm__("reprise_real___cxa_atexit");
    __tsan_init();
    return cxa_atexit(run, arg, dso);
}

/* Not a row: the C library exports it for debuggers, and no program calls it. */
extern void _dl_get_tls_static_info(size_t *, size_t *);

/* strcmp() is a hook, too. */
static int compare(const char *a, const char *b)
{
    while (*a && *a == *b)
        a++, b++;
    return (unsigned char)*a - (unsigned char)*b;
}

/* NULL for what the C library lacks. Any thread. */
void *reprise_static_dlsym(void *handle, const char *name)
{
    const struct real *low = reals, *high = reals + sizeof reals / sizeof *reals;
    while (low < high) {
        const struct real *middle = low + (high - low) / 2;
        int order = compare(name, middle->name);
        if (order == 0)
            return middle->function;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return compare(name, "_dl_get_tls_static_info") ? NULL : (void *)_dl_get_tls_static_info;
}

/* A static C library has no versions. */
void *reprise_static_dlvsym(void *handle, const char *name, const char *version)
{
    return reprise_static_dlsym(handle, name);
}

void *reprise_static_dlopen(const char *name, int flags)
{
    return NULL;
}
