/* Which frames of a Go program are of interest to its user. */
#include "../frames.h"
#include "../format.h"

/* At the bottom stands what starts goroutines, or main, or runs timers: always Go's runtime. Alone
 * it stands under a function that isn't checked for races: go mutex.Lock(). */
void rt_shown_cut_bottom(struct rt_shown *f)
{
    const char *only = f->count == 1 ? f->at[0].symbol->function : NULL;
    if (f->count > 1 || (only && !rt_strcmp(only, "runtime.goexit")))
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
