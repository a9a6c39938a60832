/*
 * The shadow stack of a thread of a C or C++ program: frames that __tsan_func_entry and
 * __tsan_func_exit move, in a mapping of its own. Goroutines have theirs in go/call_stack.c.
 */
#include "stack.h"
#include "sys/sys.h"
#include <errno.h>

/*
 * Gives a thread its shadow stack: as deep as the system stack can be, at 16 bytes a call.
 * A few sentinels lie below the first frame: a function entered before init leaves after it.
 */
enum { SENTINELS = 16 };

int rt_frames_init(struct rt_thread *t, size_t stack_bytes)
{
    enum { LEAST = 1 << 16, MOST = 64 << 20 };
    size_t bytes = stack_bytes < LEAST ? LEAST : stack_bytes > MOST ? MOST : stack_bytes;
    struct rt_frame *base;

    bytes = (bytes + 4095) & ~(size_t)4095;
    while (!(base = sys_map(bytes)))
        if ((bytes /= 2) < LEAST)
            return -ENOMEM;
    for (int i = 0; i < SENTINELS; i++)
        base[i].hash = RT_STACK_ROOT;
    t->frames = base + SENTINELS - 1;
    t->frames_bytes = bytes;
    return 0;
}

void rt_frames_free(struct rt_thread *t)
{
    if (t->frames)
        sys_unmap(t->frames - (SENTINELS - 1), t->frames_bytes);
    t->frames = NULL;
}
