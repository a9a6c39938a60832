/*
 * Names of call stacks that are the same in every run.
 *
 * The hashes of stack.h are made of addresses, which the kernel randomises. A stack's name is
 * made of what stays: each frame is its module, by build id (by file name where there is none),
 * and the offset in it. A frame in no module counts, but its address doesn't.
 */
#ifndef REPRISE_RUNTIME_STACK_NAME_H
#define REPRISE_RUNTIME_STACK_NAME_H

#include "rt.h"

/* Makes room for names once found. By init; until then they are made anew each time. */
void rt_stack_name_init(void);

/*
 * The name of the stack of t with pc on top; pc = 0: without. Of very deep stacks the innermost
 * RT_STACK_NAME_FRAMES frames. Owner thread; t = NULL: of pc alone.
 */
enum { RT_STACK_NAME_FRAMES = 256 };
uint64_t rt_stack_name(const struct rt_thread *t, rt_pc pc);

#endif
