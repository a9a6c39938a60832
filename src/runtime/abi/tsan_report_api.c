/*
 * What debuggers and on_report hooks may ask: about the report that is being made, and about an
 * address. A report is a struct rt_finding; it is complete and doesn't change while a hook runs.
 *
 * Traces hold addresses of instructions, not of what follows a call, as in stock TSan. Indices
 * beyond the end, and reports that aren't there, answer 0.
 */
#include "../finding.h"
#include "../java.h"
#include "../report_text.h"
#include "../symbol.h"
#include "scope.h"

typedef unsigned long uptr;

/* Fills trace with what the report shows of a stack; the rest of it stays as the caller prepared
 * it. Only while a report is being made: frames are read under its lock. */
static void copy_stack(rt_stack s, void **trace, uptr room)
{
    static struct rt_shown shown; /* kept: under the report lock */
    if (!trace)
        return;
    rt_shown_read(&shown, s);
    for (size_t i = 0; i < shown.count && i < room; i++)
        trace[i] = (void *)(shown.at[i].code->pc - 1);
}

RT_EXPORT void *__tsan_get_current_report(void)
{
    return rt_finding_current;
}

/* Stacks of reports that have no accesses: lock order reports have one or two for each edge. */
static size_t count_stacks(const struct rt_finding *f)
{
    return f->nstack + f->nedge;
}

static rt_stack stack_at(const struct rt_finding *f, size_t i)
{
    return i < f->nstack ? f->stack[i] : f->edge[i - f->nstack].stack;
}

RT_EXPORT int __tsan_get_report_data(void *report, const char **description, int *count,
                                     int *stack_count, int *mop_count, int *loc_count,
                                     int *mutex_count, int *thread_count, int *unique_tid_count,
                                     void **sleep_trace, uptr trace_size)
{
    const struct rt_finding *f = report;
    if (!f)
        return 0;
    *description = rt_finding_name(f->type);
    *count = (int)f->leak_count;
    *stack_count = (int)count_stacks(f);
    *mop_count = (int)f->naccess;
    *loc_count = (int)f->nloc;
    *mutex_count = (int)f->nmutex;
    *thread_count = (int)f->nthread;
    *unique_tid_count = (int)f->nthread;
    copy_stack(f->sleep, sleep_trace, trace_size);
    return 1;
}

RT_EXPORT int __tsan_get_report_tag(void *report, uptr *tag)
{
    const struct rt_finding *f = report;
    if (!f)
        return 0;
    *tag = f->tag;
    return 1;
}

RT_EXPORT int __tsan_get_report_stack(void *report, uptr i, void **trace, uptr trace_size)
{
    const struct rt_finding *f = report;
    if (!f || i >= count_stacks(f))
        return 0;
    copy_stack(stack_at(f, i), trace, trace_size);
    return 1;
}

RT_EXPORT int __tsan_get_report_mop(void *report, uptr i, int *tid, void **addr, int *size,
                                    int *write, int *atomic, void **trace, uptr trace_size)
{
    const struct rt_finding *f = report;
    if (!f || i >= f->naccess)
        return 0;
    const struct rt_finding_access *a = &f->access[i];
    *tid = (int)a->thread;
    *addr = (void *)a->addr;
    *size = (int)a->size;
    *write = (a->kind & RT_KIND_WRITE_BIT) != 0;
    *atomic = (a->kind & RT_KIND_ATOMIC_BIT) != 0;
    copy_stack(a->stack, trace, trace_size);
    return 1;
}

static const char *const location_names[] = {
    [RT_LOC_NONE] = "",       [RT_LOC_GLOBAL] = "global", [RT_LOC_HEAP] = "heap",
    [RT_LOC_STACK] = "stack", [RT_LOC_TLS] = "tls",       [RT_LOC_FD] = "fd",
};

RT_EXPORT int __tsan_get_report_loc(void *report, uptr i, const char **type, void **addr,
                                    uptr *start, uptr *size, int *tid, int *fd, int *suppressable,
                                    void **trace, uptr trace_size)
{
    const struct rt_finding *f = report;
    if (!f || i >= f->nloc)
        return 0;
    const struct rt_finding_location *loc = &f->loc[i];
    bool heap = loc->type == RT_LOC_HEAP;
    *type = location_names[loc->type];
    *addr = loc->type == RT_LOC_GLOBAL ? (void *)loc->start : NULL;
    *start = heap ? loc->start : 0;
    *size = heap ? loc->bytes : 0;
    *tid = (int)loc->thread;
    *fd = loc->fd;
    *suppressable = loc->type == RT_LOC_GLOBAL;
    copy_stack(loc->stack, trace, trace_size);
    return 1;
}

RT_EXPORT int __tsan_get_report_loc_object_type(void *report, uptr i, const char **object_type)
{
    const struct rt_finding *f = report;
    if (!f || i >= f->nloc)
        return 0;
    *object_type = rt_tag_object(f->loc[i].tag);
    return 1;
}

RT_EXPORT int __tsan_get_report_mutex(void *report, uptr i, uint64_t *mutex_id, void **addr,
                                      int *destroyed, void **trace, uptr trace_size)
{
    const struct rt_finding *f = report;
    struct rt_mutex_info info;
    if (!f || i >= f->nmutex || !rt_mutex_info(f->mutex[i], &info))
        return 0;
    *mutex_id = i;
    *addr = (void *)info.addr;
    *destroyed = info.destroyed;
    copy_stack(info.created, trace, trace_size);
    return 1;
}

/* The name is asked for by pointer, so it has to live longer than the call: as the report. */
RT_EXPORT int __tsan_get_report_thread(void *report, uptr i, int *tid, uint64_t *os_id,
                                       int *running, const char **name, int *parent_tid,
                                       void **trace, uptr trace_size)
{
    static struct rt_thread_info infos[RT_FINDING_THREADS]; /* under the report lock */
    const struct rt_finding *f = report;
    if (!f || i >= f->nthread || !rt_thread_info(f->thread[i], &infos[i]))
        return 0;
    const struct rt_thread_info *info = &infos[i];
    *tid = (int)info->uid;
    *os_id = (uint64_t)info->os_tid;
    *running = !info->finished;
    *name = info->name;
    *parent_tid = (int)info->parent;
    copy_stack(info->created, trace, trace_size);
    return 1;
}

RT_EXPORT int __tsan_get_report_unique_tid(void *report, uptr i, int *tid)
{
    const struct rt_finding *f = report;
    if (!f || i >= f->nthread)
        return 0;
    *tid = (int)f->thread[i];
    return 1;
}

/* ---- addresses ---- */

static void put_name(char *name, uptr room, const char *from)
{
    uptr i = 0;
    for (; room && i + 1 < room && from[i]; i++)
        name[i] = from[i];
    if (room)
        name[i] = '\0';
}

/* The report lock guards what is known of symbols. */
static void locate_global(struct rt_thread *t, rt_addr addr, char *name, uptr room, uptr *start,
                          uptr *bytes)
{
    static struct rt_data data;
    bool locked = rt_report_lock(t);
    if (rt_symbol_data(addr, &data)) {
        put_name(name, room, data.name);
        *start = data.start;
        *bytes = data.bytes;
    }
    if (locked)
        rt_report_unlock();
}

RT_EXPORT const char *__tsan_locate_address(uptr addr, char *name, uptr name_size, uptr *start_out,
                                            uptr *size_out)
{
    ABI_SCOPE_BARE();
    struct rt_block block;
    uint32_t uid;
    bool is_tls;
    uptr start = 0, size = 0;
    const char *kind = "global";
    if (name && name_size)
        name[0] = '\0';
    if (rt_java_block_at(addr, &block) || rt_heap_find(addr, &block)) {
        kind = "heap";
        start = block.start;
        size = block.bytes;
    } else if (rt_thread_of_stack(addr, &uid, &is_tls)) {
        kind = is_tls ? "tls" : "stack";
    } else {
        locate_global(t ? t : rt_self(), addr, name, name ? name_size : 0, &start, &size);
    }
    if (start_out)
        *start_out = start;
    if (size_out)
        *size_out = size;
    return kind;
}

RT_EXPORT int __tsan_get_alloc_stack(uptr addr, uptr *trace, uptr size, int *thread_id,
                                     pid_t *os_id)
{
    ABI_SCOPE_BARE();
    (void)t;
    struct rt_block block;
    struct rt_thread_info info = {0};
    if (!rt_heap_find(addr, &block))
        return 0;
    rt_thread_info(block.thread, &info);
    *thread_id = (int)block.thread;
    *os_id = info.os_tid;
    size_t depth = rt_stack_read(block.stack, trace, size);
    return (int)(depth < size ? depth : size);
}
