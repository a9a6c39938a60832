/* What is at a racy address of a Go program: rt_finding_add_location of finding.h. */
#include "../finding.h"
#include "../format.h"
#include "../symbol.h"
#include "gorace.h"

/* Who allocated a block, and where, Go does not tell. */
static bool add_block(struct rt_finding *f, rt_addr addr)
{
    struct rt_finding_location *loc = &f->loc[f->nloc];
    if (!rt_go_heap_block(addr, &loc->start, &loc->bytes))
        return false;
    loc->type = RT_LOC_HEAP;
    loc->thread = RT_THREAD_UNKNOWN;
    f->nloc++;
    return true;
}

static bool add_global(struct rt_finding *f, rt_addr addr)
{
    static struct rt_data data; /* under the report lock */
    struct rt_finding_location *loc = &f->loc[f->nloc];
    struct rt_text name = {.data = loc->name, .capacity = sizeof loc->name, .fixed = true};
    struct rt_text module = {.data = loc->module, .capacity = sizeof loc->module, .fixed = true};
    if (!rt_symbol_data(addr, &data))
        return false;
    rt_put(&name, "%s", data.name);
    rt_put(&module, "%s", data.module->path);
    loc->type = RT_LOC_GLOBAL;
    loc->start = data.start;
    loc->bytes = data.bytes;
    loc->module_offset = data.offset;
    f->nloc++;
    return true;
}

void rt_finding_add_location(struct rt_finding *f, rt_addr addr)
{
    if (addr && f->nwhere < RT_FINDING_LOCS)
        f->where[f->nwhere++] = addr;
}

void rt_finding_locate(struct rt_finding *f)
{
    for (size_t i = 0; i < f->nwhere; i++)
        (void)(add_block(f, f->where[i]) || add_global(f, f->where[i]));
}
