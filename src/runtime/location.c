/* What is at a racy address: rt_finding_add_location of finding.h. */
#include "finding.h"
#include "format.h"
#include "java.h"
#include "symbol.h"

static struct rt_finding_location *new_location(struct rt_finding *f, enum rt_location_type type)
{
    struct rt_finding_location *loc = &f->loc[f->nloc++];
    loc->type = type;
    return loc;
}

static bool add_descriptor(struct rt_finding *f, rt_addr addr)
{
    int fd;
    uint32_t thread;
    rt_stack stack;
    bool closed;
    if (!rt_fd_of_address(addr, &fd, &thread, &stack, &closed))
        return false;
    struct rt_finding_location *loc = new_location(f, RT_LOC_FD);
    loc->fd = fd;
    loc->thread = thread;
    loc->stack = stack;
    loc->fd_closed = closed;
    rt_finding_add_thread(f, thread);
    return true;
}

static bool add_block(struct rt_finding *f, rt_addr addr)
{
    struct rt_block block;
    if (!rt_java_block_at(addr, &block) && !rt_heap_find(addr, &block))
        return false;
    struct rt_finding_location *loc = new_location(f, RT_LOC_HEAP);
    loc->start = block.start;
    loc->bytes = block.bytes;
    loc->stack = block.stack;
    loc->thread = block.thread;
    loc->tag = block.tag;
    rt_finding_add_thread(f, block.thread);
    return true;
}

static bool add_stack(struct rt_finding *f, rt_addr addr)
{
    uint32_t uid;
    bool is_tls;
    if (!rt_thread_of_stack(addr, &uid, &is_tls))
        return false;
    struct rt_finding_location *loc = new_location(f, is_tls ? RT_LOC_TLS : RT_LOC_STACK);
    loc->thread = uid;
    rt_finding_add_thread(f, uid);
    return true;
}

static bool add_global(struct rt_finding *f, rt_addr addr)
{
    static struct rt_data data; /* under the report lock */
    if (!rt_symbol_data(addr, &data))
        return false;
    struct rt_finding_location *loc = new_location(f, RT_LOC_GLOBAL);
    struct rt_text name = {.data = loc->name, .capacity = sizeof loc->name, .fixed = true};
    struct rt_text module = {.data = loc->module, .capacity = sizeof loc->module, .fixed = true};
    rt_put(&name, "%s", data.name);
    rt_put(&module, "%s", data.module->path);
    loc->start = data.start;
    loc->bytes = data.bytes;
    loc->module_offset = data.offset;
    return true;
}

void rt_finding_add_location(struct rt_finding *f, rt_addr addr)
{
    if (addr && f->nwhere < RT_FINDING_LOCS)
        f->where[f->nwhere++] = addr;
}

void rt_finding_locate(struct rt_finding *f)
{
    for (size_t i = 0; i < f->nwhere; i++) {
        rt_addr addr = f->where[i];
        (void)(add_descriptor(f, addr) || add_block(f, addr) || add_stack(f, addr) ||
               add_global(f, addr));
    }
}
