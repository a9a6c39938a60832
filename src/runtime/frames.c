#include "frames.h"
#include "format.h"

static void append(struct rt_shown *f, struct rt_shown_frame frame)
{
    if (f->count == f->capacity) {
        size_t capacity = f->capacity ? f->capacity * 2 : 128;
        struct rt_shown_frame *at = core_alloc(capacity * sizeof *at);
        rt_memcpy(at, f->at, f->count * sizeof *at);
        if (f->capacity)
            core_free(f->at, f->capacity * sizeof *at);
        f->at = at;
        f->capacity = capacity;
    }
    f->at[f->count++] = frame;
}

static void append_code(struct rt_shown *f, const struct rt_code *code)
{
    for (size_t i = 0; i < code->rows; i++)
        append(f, (struct rt_shown_frame){code, &code->row[i], i > 0});
}

static bool is_called(const struct rt_shown_frame *frame, const char *name)
{
    return frame->symbol->function && !rt_strcmp(frame->symbol->function, name);
}

/* Ours, or libc's start-up code, with names or without. */
static bool is_starter(const struct rt_shown_frame *frame)
{
    static const char *const starters[] = {"__do_global_ctors_aux", "__libc_csu_init",
                                           "__libc_start_main", "__libc_start_call_main", "_start"};
    const struct rt_module *m = frame->code->module;
    for (size_t i = 0; i < sizeof starters / sizeof starters[0]; i++)
        if (is_called(frame, starters[i]))
            return true;
    return frame->code->own || (!frame->symbol->function && m && m->is_system);
}

/* What calls main, static constructors, or a thread's function is of no interest. */
static void cut_bottom(struct rt_shown *f)
{
    size_t whole = f->count;
    while (f->count > 1 && is_starter(&f->at[f->count - 1]))
        f->count--;
    if (f->count == whole && f->count > 1 && is_called(&f->at[f->count - 2], "main"))
        f->count--;
}

void rt_shown_read(struct rt_shown *f, rt_stack s)
{
    static rt_pc *pcs; /* kept: under the report lock */
    static size_t capacity;
    f->count = 0;
    if (!s)
        return;
    size_t depth = rt_stack_read(s, pcs, capacity);
    if (depth > capacity) {
        if (capacity)
            core_free(pcs, capacity * sizeof *pcs);
        capacity = depth + 64;
        pcs = core_alloc(capacity * sizeof *pcs);
        depth = rt_stack_read(s, pcs, capacity);
    }
    for (size_t i = 0; i < depth; i++)
        append_code(f, rt_symbol_code(pcs[i]));
    cut_bottom(f);
}

bool rt_frame_is_internal(const struct rt_shown_frame *frame)
{
    const char *file = frame->symbol->file;
    return frame->code->own ||
           (file && (rt_strstr(file, "/include/c++/") || rt_strstr(file, "/include/g++")));
}

const struct rt_shown_frame *rt_shown_main(const struct rt_shown *f)
{
    for (size_t i = 0; i < f->count; i++)
        if (!rt_frame_is_internal(&f->at[i]))
            return &f->at[i];
    return f->count ? &f->at[0] : NULL;
}
