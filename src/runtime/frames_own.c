/* Which frames of a C program are of interest to its user. */
#include "file.h"
#include "frames.h"

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
void rt_shown_cut_bottom(struct rt_shown *f)
{
    size_t whole = f->count;
    while (f->count > 1 && is_starter(&f->at[f->count - 1]))
        f->count--;
    if (f->count == whole && f->count > 1 && is_called(&f->at[f->count - 2], "main"))
        f->count--;
}

bool rt_frame_is_internal(const struct rt_shown_frame *frame)
{
    const char *file = frame->symbol->file;
    return frame->code->own ||
           (file && (rt_strstr(file, "/include/c++/") || rt_strstr(file, "/include/g++")));
}
