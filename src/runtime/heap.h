/* Blocks of the program's heap; the events are in rt.h. */
#ifndef REPRISE_RUNTIME_HEAP_H
#define REPRISE_RUNTIME_HEAP_H

#include "rt.h"

int rt_heap_init(void); /* 0 or -errno */
/* The live block that starts at start: a look-up, where rt_heap_find is a search. Any thread. */
bool rt_heap_at(rt_addr start, struct rt_block *out);
/* p came from or goes to the allocator in a thread that the runtime doesn't know: drops what is
 * known of a block there and, with bytes, the history of the memory. Any thread, no scope. */
void rt_heap_forget(void *p, size_t bytes);
void rt_heap_lock_all(void); /* around fork */
void rt_heap_unlock_all(void);

#endif
