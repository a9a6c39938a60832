/*
 * Where the shadow of an address is.
 *
 * The cells of an address are at two fixed distances from it, modulo the address space:
 *
 *     P(a) = (a - rt_map_p) mod 2^47        Q(a) = (a - rt_map_q) mod 2^47
 *
 * Init looks at where the kernel put the program, its libraries and its stack, adds room for
 * them to grow, and picks two distances such that the three copies of these windows don't
 * touch. So no address, flag or personality is needed: it works without ASLR, with any
 * vm.mmap_rnd_bits, with the legacy layout, for programs at a fixed address and under gdb.
 */
#ifndef REPRISE_RUNTIME_SHADOW_MAP_H
#define REPRISE_RUNTIME_SHADOW_MAP_H

#include "rt.h"

#define RT_SPACE_BITS 47
#define RT_SPACE_MASK ((1ull << RT_SPACE_BITS) - 1)

extern uintptr_t rt_map_p RT_OURS, rt_map_q RT_OURS; /* written once, by init */

CORE_INLINE uint64_t *rt_cell_p(rt_addr a)
{
    return (uint64_t *)((a - rt_map_p) & (RT_SPACE_MASK & ~7ull));
}

CORE_INLINE uint64_t *rt_cell_q(rt_addr a)
{
    return (uint64_t *)((a - rt_map_q) & (RT_SPACE_MASK & ~7ull));
}

/* Before init: the program will use these addresses, though nothing is there yet. */
void rt_shadow_window(rt_addr low, rt_addr high);
/* Maps the shadow of what this process may use. 0, or -errno after saying what to do. */
int rt_shadow_map_init(void);
/* There will be no detection after all. While init runs. */
void rt_shadow_map_undo(void);
/* A new mapping outside of the windows: maps its shadow as well, if it can. */
bool rt_shadow_extend(rt_addr addr, size_t bytes);
/* Is the shadow of these bytes mapped? Other addresses are not checked for races. */
bool rt_shadow_covers(rt_addr addr, size_t bytes);
/* Would a mapping at a fixed place overwrite our shadow? */
bool rt_shadow_conflicts(rt_addr addr, size_t bytes);
/* Is this address one of the cells P? */
bool rt_shadow_is_p(uintptr_t at);
/* A fault at this address inside a hook: was it the look-up of a cell of a bad pointer of the
 * program? Then *addr is that pointer. Async-signal-safe. */
bool rt_shadow_to_address(uintptr_t fault, rt_addr *addr);
/* Shows all cells that may hold something, a page of 512 words at a time, to fn, which may change
 * them, and gives back to the system what it says is not needed. Forgets those of addresses where
 * nothing is mapped. World stopped. Returns the number of pages kept, or -errno; then some were
 * left out. */
enum rt_walk_left { RT_WALK_NOTHING, RT_WALK_P, RT_WALK_PQ };
typedef enum rt_walk_left rt_walk_fn(void *arg, uint64_t *p, uint64_t *q, size_t n);
long rt_shadow_walk(rt_walk_fn *fn, void *arg);
/* Forgets everything: all cells read as never accessed. World stopped. */
void rt_shadow_reset_all(void);
/* Forgets a range that may be large: gives whole shadow pages back to the system. */
void rt_shadow_forget(rt_addr addr, size_t bytes);
/* Forgets a range that is about to be used: what was touched of its shadow stays in memory. */
void rt_shadow_wipe(rt_addr addr, size_t bytes);
/* All words of these bytes are in one piece, in P alone: gives whole pages of Q back. */
void rt_shadow_drop_halves(rt_addr addr, size_t bytes);
/* In a child of fork: it gets shadow of its own where the parent's would be shared. */
void rt_shadow_after_fork(void);

#endif
