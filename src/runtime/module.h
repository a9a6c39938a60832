/*
 * The modules of the program: the executable and its shared objects, with their build ids.
 *
 * The list is read from the dynamic linker at init and after each dlopen and dlclose, never
 * while a report is written: another thread may hold the linker's lock and wait for us. A
 * module that went away stays in the list, so that old stacks can still be read; an address
 * belongs to the youngest module that covers it. Rows never move and are never freed.
 */
#ifndef REPRISE_RUNTIME_MODULE_H
#define REPRISE_RUNTIME_MODULE_H

#include "rt.h"

enum { RT_BUILD_ID_MAX = 32 };

struct rt_module {
    const char *path;            /* absolute where there is a file */
    const char *name;            /* as the linker has it */
    uintptr_t base;              /* run-time address - base = virtual address in the file */
    rt_addr low, high;           /* [low, high) spans all segments */
    rt_addr code_low, code_high; /* [low, high) spans the executable ones */
    unsigned char build_id[RT_BUILD_ID_MAX];
    uint8_t build_id_bytes;
    bool loaded;       /* still there */
    bool instrumented; /* calls into a runtime of this ABI */
    bool is_system;    /* libc, the dynamic linker, the vdso */
    bool ignored;      /* a called_from_lib suppression names it */
    uint32_t number;   /* 0, 1, ... in order of appearance; 0 is the executable */
};

/* Reads the list again and learns what may be ignored (rt_caller_ignored). Not under the report
 * lock. Any thread; called by init and after dlopen and dlclose. */
void rt_modules_refresh(void);

/* The module that covers an address, or NULL. Any thread, lock-free. */
const struct rt_module *rt_module_of(rt_addr addr);
/* Row by number, NULL beyond the end. */
const struct rt_module *rt_module_at(size_t number);

/* Makes m an ignored library, for good. Not on hot paths. */
void rt_module_ignore(const struct rt_module *m);

/*
 * Does code at this address count as an ignored library: named by a called_from_lib suppression
 * or, with ignore_noninstrumented_modules=1, not instrumented? Inline: it is asked by each hook.
 */
extern bool rt_callers_filtered RT_OURS;
bool rt_caller_ignored_slow(rt_pc caller);
static inline bool rt_caller_ignored(rt_pc caller)
{
    return __builtin_expect(rt_callers_filtered, 0) && rt_caller_ignored_slow(caller);
}

#endif
