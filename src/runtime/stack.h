/*
 * Call stacks, interned.
 *
 * Each thread keeps a shadow stack that __tsan_func_entry and __tsan_func_exit move
 * (rt_thread.frames). A stack that has to be remembered becomes a node of one tree shared by
 * all threads: a node is (return address, parent node), so stacks with common callers share
 * them, and a stack is one 32-bit number. Nodes are never freed; when there are very many,
 * recursion is folded (repeated frames appear once) and rt_stack_folded says so.
 */
#ifndef REPRISE_RUNTIME_STACK_H
#define REPRISE_RUNTIME_STACK_H

#include "rt.h"

enum { RT_STACK_DEPTH_MAX = 65536 };

/* The stack of t with pc on top; pc = 0: without. Owner thread, inside a scope. */
rt_stack rt_stack_capture(struct rt_thread *t, rt_pc pc);
/* Adds one frame on top of an interned stack. */
rt_stack rt_stack_push(rt_stack below, rt_pc pc);
/* Writes up to max return addresses, innermost first; returns how many the stack has. Any thread.
 */
size_t rt_stack_read(rt_stack s, rt_pc *pcs, size_t max);
/* The stack of t without an access on top. */
rt_stack rt_stack_context(struct rt_thread *t);
bool rt_stack_folded(void);

int rt_stack_init(void); /* 0 or -errno */

/* ---- call_stack.c, go/call_stack.c: the frames of a thread ---- */

#define RT_STACK_ROOT 0x5bd1e9955bd1e995ull /* the hash of no frames */
CORE_INLINE uint64_t rt_stack_hash(uint64_t below, rt_pc pc)
{
    return (below ^ pc) * 0x9e3779b97f4a7c15ull;
}
/* There are so many stacks that a repeated frame gets the hash of its earlier self. top: the next
 * free frame. */
extern bool rt_stack_fold RT_OURS;
uint64_t rt_stack_fold_hash(const struct rt_frame *top, rt_pc pc, uint64_t hash);

/* Maps the shadow stack of t for a system stack of this size. 0 or -errno. */
int rt_frames_init(struct rt_thread *t, size_t stack_bytes);
void rt_frames_free(struct rt_thread *t);

#if !RT_GO
/* Shadow stack moves, as the compiler ABI and scopes do them: hot, for each function of the
 * program. Goroutines' are in go/call_stack.c. */
CORE_INLINE void rt_frame_push(struct rt_tls *tls, rt_pc return_to)
{
    struct rt_frame *f = tls->top;
    if (core_unlikely(!f))
        return; /* a thread we don't know, or one that has ended */
    uint64_t hash = rt_stack_hash(f[-1].hash, return_to);
    if (core_unlikely(rt_stack_fold))
        hash = rt_stack_fold_hash(f, return_to, hash);
    f->pc = return_to;
    f->hash = hash;
    tls->top = f + 1;
}

CORE_INLINE void rt_frame_pop(struct rt_tls *tls)
{
    if (core_likely(tls->top != NULL))
        tls->top--;
}
#endif

#endif
