/* One frame, one stack: the part of report_text.h that stack_trace_format rules. */
#include "file.h"
#include "options.h"
#include "report_text.h"

static const char default_format[] = "    #%n %p %F %L";

static void put_build_id(struct rt_text *b, const struct rt_shown_frame *frame, const char *before)
{
    const struct rt_module *m = frame->code->module;
    if (!m || !m->build_id_bytes || frame->inlined_into)
        return;
    rt_put(b, "%s(BuildId: ", before);
    for (size_t i = 0; i < m->build_id_bytes; i++)
        rt_put(b, "%02x", m->build_id[i]);
    rt_put(b, ")");
}

static void put_source(struct rt_text *b, const struct rt_symbol *s)
{
    rt_put(b, "%s", rt_strip_path(s->file));
    if (s->line > 0)
        rt_put(b, ":%d", s->line);
    if (s->line > 0 && s->column > 0)
        rt_put(b, ":%d", s->column);
}

static void put_place_in_module(struct rt_text *b, const struct rt_shown_frame *frame,
                                const char *path)
{
    rt_put(b, "(%s+0x%lx)", path, frame->code->offset);
    put_build_id(b, frame, " ");
}

/* %M: module and offset, or the bare address. */
static void put_module(struct rt_text *b, const struct rt_shown_frame *frame)
{
    if (frame->code->pc & RT_EXTERNAL_PC)
        return;
    if (frame->code->module)
        put_place_in_module(b, frame, rt_base_name(frame->code->module->path));
    else
        rt_put(b, "(%p)", (void *)frame->code->pc);
}

/* %L: the source, or where there is none the module. */
static void put_location(struct rt_text *b, const struct rt_shown_frame *frame)
{
    if (frame->symbol->file)
        put_source(b, frame->symbol);
    else if (frame->code->module)
        put_place_in_module(b, frame, rt_strip_path(frame->code->module->path));
    else
        rt_put(b, "(<unknown module>)");
}

static void put_field(struct rt_text *b, char field, unsigned number,
                      const struct rt_shown_frame *frame)
{
    const struct rt_symbol *s = frame->symbol;
    switch (field) {
    case 'n':
        rt_put(b, "%u", number);
        break;
    case 'p':
        rt_put(b, "%p", (void *)frame->code->pc);
        break;
    case 'm':
        rt_put(b, "%s", frame->code->module ? rt_strip_path(frame->code->module->path) : NULL);
        break;
    case 'o':
        rt_put(b, "0x%lx", frame->code->offset);
        break;
    case 'b':
        put_build_id(b, frame, "");
        break;
    case 'f':
        rt_put(b, "%s", s->function);
        break;
    case 'q': /* the offset in the function, which no symbolizer tells us */
        rt_put(b, "0x0");
        break;
    case 's':
        rt_put(b, "%s", rt_strip_path(s->file));
        break;
    case 'l':
        rt_put(b, "%d", s->line);
        break;
    case 'c':
        rt_put(b, "%d", s->column);
        break;
    case 'F':
        if (s->function)
            rt_put(b, "in %s", s->function);
        break;
    case 'S':
        put_source(b, s);
        break;
    case 'L':
        put_location(b, frame);
        break;
    case 'M':
        put_module(b, frame);
        break;
    default: /* %% and what we don't know */
        rt_put_bytes(b, &field, 1);
        break;
    }
}

void rt_put_frame(struct rt_text *b, const char *format, unsigned number,
                  const struct rt_shown_frame *frame)
{
    if (!rt_strcmp(format, "DEFAULT"))
        format = default_format;
    for (; *format; format++) {
        if (format[0] == '%' && format[1])
            put_field(b, *++format, number, frame);
        else
            rt_put_bytes(b, format, 1);
    }
}

/* dedup_token_length: what tools that sort crashes compare. */
static void put_token(struct rt_text *b, const struct rt_shown *frames)
{
    size_t n = (size_t)rt_options.dedup_token_length;
    if (n > frames->count)
        n = frames->count;
    for (size_t i = 0; i < n; i++) {
        const char *function = frames->at[i].symbol->function;
        rt_put(b, "%s%s", i ? "--" : "DEDUP_TOKEN: ", function ? function : "");
    }
    if (n)
        rt_put(b, "\n");
}

void rt_put_stack(struct rt_text *b, rt_stack s)
{
    static struct rt_shown frames; /* kept: under the report lock */
    rt_shown_read(&frames, s);
    for (size_t i = 0; i < frames.count; i++) {
        rt_put_frame(b, rt_options.stack_trace_format, (unsigned)i, &frames.at[i]);
        rt_put(b, "\n");
    }
    if (!frames.count)
        rt_put(b, "    (not recorded)\n");
    put_token(b, &frames);
    rt_put(b, "\n");
}

void rt_put_module_map(struct rt_text *b)
{
    const struct rt_module *m;
    rt_put(b, "Process memory map follows:\n");
    for (size_t i = 0; (m = rt_module_at(i)); i++)
        if (m->loaded)
            rt_put(b, "\t0x%012lx-0x%012lx\t%s\n", m->low, m->high, m->path);
    rt_put(b, "End of process memory map.\n");
}
