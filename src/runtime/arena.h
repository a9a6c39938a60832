/* The runtime's own memory; allocation itself is core_alloc (core/core.h). */
#ifndef REPRISE_RUNTIME_ARENA_H
#define REPRISE_RUNTIME_ARENA_H

#include <stddef.h>

/* Bytes mapped for the runtime's own objects and cut into them, shadow not included. Any thread. */
size_t rt_arena_bytes(void);
/* Switches detection off and says so, once. The program runs on. Any thread. */
void rt_out_of_memory(void);
void rt_arena_lock_all(void); /* around fork */
void rt_arena_unlock_all(void);

#endif
