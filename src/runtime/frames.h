/*
 * Stacks as reports show them: one frame for each function, inlined ones included, without what
 * is below main or below the start of a thread. Under the report lock.
 */
#ifndef REPRISE_RUNTIME_FRAMES_H
#define REPRISE_RUNTIME_FRAMES_H

#include "stack.h"
#include "symbol.h"

struct rt_shown_frame {
    const struct rt_code *code;
    const struct rt_symbol *symbol; /* a row of code */
    bool inlined_into;              /* an inlined function of the same pc stands above */
};

struct rt_shown {
    struct rt_shown_frame *at; /* innermost first */
    size_t count, capacity;
};

/* Fills f with the frames of s, none for s = 0. The memory of f is kept for the next time. */
void rt_shown_read(struct rt_shown *f, rt_stack s);

/* The same of a goroutine that waits: from the user's code on, which called what waits. */
void rt_shown_read_wait(struct rt_shown *f, rt_stack s);

/* The frame that names the finding: the innermost of the user's own. NULL when empty. */
const struct rt_shown_frame *rt_shown_main(const struct rt_shown *f);

/* ---- frames_own.c, go/frames.c ---- */

/* Is it part of the runtime, or of a library that stands between the user's code and it? */
bool rt_frame_is_internal(const struct rt_shown_frame *frame);
/* Drops what is below main or below the start of a thread. */
void rt_shown_cut_bottom(struct rt_shown *f);

#endif
