/*
 * The dynamic linker: modules that come and go, and names of threads.
 *
 * The linker orders its calls by a lock of its own, which nobody sees; the memory it gets from
 * malloc in one thread and frees in another is its own business. So is what constructors and
 * destructors of modules do, which run under that lock.
 */
#include "../module.h"
#include "rows.h"

#include <dlfcn.h>
#include <link.h>
#include <sys/prctl.h>

RT_INTERCEPT(void *, dlopen, (const char *path, int flags))
{
    RT_SCOPE(dlopen);
    if (!t)
        return RT_REAL(dlopen)(path, flags);
    IN_S(path)
    void *handle;
    HIDDEN(handle = RT_REAL(dlopen)(path, flags));
    if (handle)
        rt_modules_refresh();
    return handle;
}

enum { MODULES_MAX = 4096 };

struct loaded {
    unsigned char is[MODULES_MAX / 8]; /* by module number */
};

static void note_loaded(struct loaded *l)
{
    const struct rt_module *m;
    for (size_t i = 0; i < MODULES_MAX && (m = rt_module_at(i)); i++)
        l->is[i / 8] |= (unsigned char)(m->loaded << i % 8);
}

/* Whatever is mapped there next is something new. */
static void forget_unloaded(struct rt_thread *t, const struct loaded *before)
{
    const struct rt_module *m;
    for (size_t i = 0; i < MODULES_MAX && (m = rt_module_at(i)); i++) {
        if (!(before->is[i / 8] >> i % 8 & 1) || m->loaded)
            continue;
        rt_sync_forget(t, m->low, m->high - m->low);
        rt_forget_range(m->low, m->high - m->low);
    }
}

RT_INTERCEPT(int, dlclose, (void *handle))
{
    RT_SCOPE(dlclose);
    if (!t)
        return RT_REAL(dlclose)(handle);
    struct loaded before = {{0}};
    note_loaded(&before);
    int err;
    HIDDEN(err = RT_REAL(dlclose)(handle));
    if (!err) {
        rt_modules_refresh();
        forget_unloaded(t, &before);
    }
    return err;
}

/* ---- walking the modules ---- */

typedef int phdr_fn(struct dl_phdr_info *info, size_t size, void *data);

struct walk {
    phdr_fn *fn;
    void *data;
};

/* Names live in the linker's memory, which another thread may have written. */
static void forget_name(const struct dl_phdr_info *info)
{
    struct rt_scope s __attribute__((cleanup(rt_scope_leave_bare)));
    if (rt_scope_enter_bare(&s) && info->dlpi_name)
        rt_forget_range((rt_addr)info->dlpi_name, rt_strlen(info->dlpi_name) + 1);
}

static int visit(struct dl_phdr_info *info, size_t size, void *data)
{
    const struct walk *w = data;
    forget_name(info);
    int result = w->fn(info, size, w->data);
    forget_name(info);
    return result;
}

RT_INTERCEPT(int, dl_iterate_phdr, (phdr_fn * fn, void *data))
{
    RT_SCOPE(dl_iterate_phdr);
    if (!t)
        return RT_REAL(dl_iterate_phdr)(fn, data);
    struct walk w = {fn, data};
    int result;
    RT_BLOCKING(result = RT_REAL(dl_iterate_phdr)(visit, &w));
    return result;
}

/* ---- prctl ---- */

RT_INTERCEPT(int, prctl, (int option, ...))
{
    unsigned long arg[4];
    va_list ap;
    va_start(ap, option);
    for (size_t i = 0; i < 4; i++)
        arg[i] = va_arg(ap, unsigned long);
    va_end(ap);
    RT_SCOPE(prctl);
    int result = RT_REAL(prctl)(option, arg[0], arg[1], arg[2], arg[3]);
    if (t && option == PR_SET_NAME && result == 0)
        rt_thread_set_name(t, (const char *)arg[0]);
    return result;
}
