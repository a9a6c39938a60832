/* Which frames of a Go program are of interest to its user. */
#include "../frames.h"
#include "../format.h"

/* At the bottom stands what starts goroutines, or main, or runs timers: always Go's runtime. */
void rt_shown_cut_bottom(struct rt_shown *f)
{
    if (f->count > 1)
        f->count--;
}

/* What the compiler calls for the user's code: a map is assigned to in runtime.mapassign_faststr
 * today, and in a function of another name in the next version. */
bool rt_frame_is_internal(const struct rt_shown_frame *frame)
{
    static const char *const packages[] = {"runtime.", "internal/runtime/", "sync/atomic.",
                                           "internal/race."};
    const char *function = frame->symbol->function;
    for (size_t i = 0; function && i < sizeof packages / sizeof packages[0]; i++)
        if (!rt_strncmp(function, packages[i], rt_strlen(packages[i])))
            return true;
    return false;
}
