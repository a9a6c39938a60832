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
    rt_shown_cut_bottom(f);
}

void rt_shown_read_wait(struct rt_shown *f, rt_stack s)
{
    size_t inner = 0;
    rt_shown_read(f, s);
    while (inner < f->count && rt_frame_is_internal(&f->at[inner]))
        inner++;
    f->count -= inner;
    for (size_t i = 0; i < f->count; i++)
        f->at[i] = f->at[i + inner];
}

const struct rt_shown_frame *rt_shown_main(const struct rt_shown *f)
{
    for (size_t i = 0; i < f->count; i++)
        if (!rt_frame_is_internal(&f->at[i]))
            return &f->at[i];
    return f->count ? &f->at[0] : NULL;
}
