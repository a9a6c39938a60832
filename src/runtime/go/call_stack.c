/*
 * The shadow stack of a goroutine. There may be a hundred thousand of them, so it begins small and
 * grows.
 *
 * A panic that is recovered leaves frames behind without telling. So each frame knows how deep in
 * the goroutine's stack its function was entered (from the upper end, because Go moves stacks),
 * and a function that exits takes all frames with it that are deeper than itself: what a panic
 * left is gone with the function that recovered.
 */
#include "../format.h"
#include "../stack.h"
#include "goroutine.h"

enum { FRAMES_FIRST = 16, BYTES_A_FRAME = sizeof(struct rt_frame) + sizeof(uint32_t) };

/* Both arrays are one piece: capacity frames, then as many depths. */
static uint32_t *depths(const struct rt_thread *t)
{
    return (uint32_t *)t->frames_end;
}

static void take_room(struct rt_thread *t, size_t capacity)
{
    t->frames_bytes = capacity * BYTES_A_FRAME;
    t->frames = core_alloc(t->frames_bytes);
    t->frames_end = t->frames + capacity;
}

int rt_frames_init(struct rt_thread *t, size_t stack_bytes)
{
    (void)stack_bytes;
    take_room(t, FRAMES_FIRST);
    t->frames[0].hash = RT_STACK_ROOT;
    return 0;
}

void rt_frames_free(struct rt_thread *t)
{
    if (t->frames)
        core_free(t->frames, t->frames_bytes);
    t->frames = NULL;
}

static RT_COLD void grow(struct rt_thread *t)
{
    struct rt_frame *old = t->frames;
    size_t used = (size_t)(t->own.top - old), bytes = t->frames_bytes;
    const uint32_t *old_depths = depths(t);

    take_room(t, bytes / BYTES_A_FRAME * 2);
    rt_memcpy(t->frames, old, used * sizeof *old);
    rt_memcpy(depths(t), old_depths, used * sizeof *old_depths);
    t->own.top = t->frames + used;
    core_free(old, bytes);
}

static void push(struct rt_thread *t, rt_pc pc, uint32_t depth)
{
    if (core_unlikely(t->own.top == t->frames_end))
        grow(t);
    struct rt_frame *f = t->own.top;
    uint64_t hash = rt_stack_hash(f[-1].hash, pc);
    if (core_unlikely(rt_stack_fold))
        hash = rt_stack_fold_hash(f, pc, hash);
    f->pc = pc;
    f->hash = hash;
    depths(t)[f - t->frames] = depth;
    t->own.top = f + 1;
}

void rt_go_frame_push(struct rt_thread *t, rt_pc pc)
{
    push(t, pc, 0);
}

/* Go's stacks end at 1 GB. */
static uint32_t depth_of(uintptr_t sp, const struct rt_go_g *g)
{
    return (uint32_t)(g->high - sp);
}

void rt_go_func_enter(struct rt_thread *t, rt_pc pc, uintptr_t sp, const struct rt_go_g *g)
{
    if (core_likely(t && t->frames))
        push(t, pc, depth_of(sp, g));
}

void rt_go_func_exit(struct rt_thread *t, uintptr_t sp, const struct rt_go_g *g)
{
    if (core_unlikely(!t || !t->frames))
        return;
    /* A function calls us a little higher in its frame than when it entered: one word, which its
     * own frame has to spare. */
    uint32_t depth = depth_of(sp, g);
    const uint32_t *d = depths(t) + (t->own.top - t->frames);
    struct rt_frame *top = t->own.top;
    while (top > t->frames + 1 && *--d > depth)
        top--;
    t->own.top = top;
}
