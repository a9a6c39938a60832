/* What is at an address of a Go program: what Go's own symbolizer says (symbol_lookup.h). */
#include "../format.h"
#include "../symbol_lookup.h"
#include "gorace.h"

static rt_go_callback callback;

void rt_go_report_init(rt_go_callback asked)
{
    callback = asked;
}

/* The context of RT_GO_CODE; words of Go's runtime. */
struct code_question {
    uintptr_t pc; /* in: of an instruction; out: another one means that this one is inlined there */
    const char *function, *file; /* Go's own memory, terminated */
    uintptr_t line, offset;      /* offset from the start of the function */
    uintptr_t found;
};

static const char *keep(const char *text)
{
    return text ? rt_symbol_keep(text, rt_strlen(text)) : NULL;
}

/* Innermost first: each answer says by its pc where to ask next. */
static size_t ask(uintptr_t pc, struct rt_symbol *rows)
{
    size_t n = 0;
    while (n < RT_SYMBOL_ROWS) {
        struct code_question q = {.pc = pc};
        callback(RT_GO_CODE, &q);
        if (!q.found)
            return n;
        rows[n++] = (struct rt_symbol){.function = keep(q.function),
                                       .file = keep(q.file),
                                       .line = (int)q.line,
                                       .in_function = q.offset};
        if (q.pc == pc)
            return n;
        pc = q.pc;
    }
    return n;
}

void rt_symbol_look_up(struct rt_code *c, struct rt_symbol *rows)
{
    uintptr_t at = c->pc - 1; /* in the call, not behind it */
    c->module = rt_module_of(at);
    c->offset = at - (c->module ? c->module->base : 0);
    c->rows = ask(at, rows);
}

/* The context of RT_GO_DATA. */
struct data_question {
    uintptr_t address;
    uintptr_t heap; /* out: in the heap; start and bytes are those of the block */
    uintptr_t start, bytes;
    const char *name, *file;
    uintptr_t line;
    uintptr_t found;
};

bool rt_go_heap_block(rt_addr addr, rt_addr *start, size_t *bytes)
{
    struct data_question q = {.address = addr};
    callback(RT_GO_DATA, &q);
    *start = q.start;
    *bytes = q.bytes;
    return q.found && q.heap;
}

/* Go's runtime has no names of variables; the command looks into the file. */
bool rt_symbol_data(rt_addr addr, struct rt_data *d)
{
    d->module = rt_module_of(addr);
    if (!d->module)
        return false;
    d->offset = addr - d->module->base;
    d->start = addr;
    d->bytes = 0;
    rt_memcpy(d->name, "??", 3);
    return true;
}
