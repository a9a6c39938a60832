#include "stack_name.h"
#include "../core/inject.h"
#include "file.h"
#include "format.h"
#include "module.h"
#include "sys/sys.h"

/*
 * Names by the hash that stack.h has for the context in this process. A new entry replaces an
 * old one. Two words are written without a lock, so a reader may see halves of two entries: the
 * first is the key, combined with the second, and then fits neither.
 */
struct entry {
    uint64_t check; /* key ^ name; relaxed, see above */
    uint64_t name;
};

enum { ENTRIES_LOG2 = 14 };
static struct entry *entries; /* NULL: no room */

void rt_stack_name_init(void)
{
    if (!entries)
        entries = sys_map(sizeof *entries << ENTRIES_LOG2);
}

static uint64_t add_frame(uint64_t h, rt_pc pc)
{
    const struct rt_module *m = rt_module_of(pc - 1); /* of the call, not of what follows it */
    if (!m)
        return core_fnv_number(h, 0);
    const char *file = rt_base_name(m->path);
    h = m->build_id_bytes ? core_fnv(h, m->build_id, m->build_id_bytes)
                          : core_fnv(h, file, rt_strlen(file));
    return core_fnv_number(h, pc - m->base);
}

static uint64_t make_name(const struct rt_thread *t, const struct rt_frame *top, rt_pc pc)
{
    uint64_t h = pc ? add_frame(CORE_FNV_START, pc) : CORE_FNV_START;
    unsigned room = RT_STACK_NAME_FRAMES;
    for (const struct rt_frame *f = top; f && f > t->frames && f->pc && room; f--, room--)
        h = add_frame(h, f->pc);
    return h;
}

uint64_t rt_stack_name(const struct rt_thread *t, rt_pc pc)
{
    const struct rt_frame *top = t && t->tls && t->tls->top ? t->tls->top - 1 : NULL;
    uint64_t key = core_mix((top ? top->hash : 0) ^ core_mix(pc));
    if (core_unlikely(!entries))
        return make_name(t, top, pc);
    struct entry *e = &entries[key >> (64 - ENTRIES_LOG2)];
    uint64_t check = __atomic_load_n(&e->check, __ATOMIC_RELAXED);
    uint64_t name = __atomic_load_n(&e->name, __ATOMIC_RELAXED);
    if (core_likely((check ^ name) == key))
        return name;
    name = make_name(t, top, pc);
    __atomic_store_n(&e->check, key ^ name, __ATOMIC_RELAXED);
    __atomic_store_n(&e->name, name, __ATOMIC_RELAXED);
    return name;
}
