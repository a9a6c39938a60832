/*
 * The order in which locks are taken, and the cycles in it.
 *
 * Nodes are locks; an edge from -> to means: somebody asked for `to` while holding `from`. A
 * cycle of such edges is a possible deadlock, if each edge can be reached by a thread of its own
 * at the same time. That is impossible when the holders at two of its edges have a lock in
 * common (a gate lock), unless both hold it for reading. So an edge keeps, beside a note of who
 * and where, the whole set of locks held. An edge seen under different sets keeps those sets
 * that another one doesn't imply: fewer locks held means more can happen.
 *
 * Which thread made an edge plays no role: one thread alone that takes two locks in both
 * orders shows that two threads could.
 *
 * Nearly all graphs are free of cycles, and stay so. Each node therefore has a rank, and edges
 * lead upwards; an edge that can't, because it closes a cycle (or because ranking would cost too
 * much), is marked as going back. While there is none, a new edge needs no search: that it found
 * its place is the proof. With some, the search of paths is bounded.
 *
 * Invariants: no edge leaves a lock towards itself; each kept set contains its edge's `from` and
 * not its `to`; the out-list of one node and the in-list of the other hold the same edges; every
 * edge that isn't marked leads to a higher rank; `nback` is the number of marked ones.
 *
 * Not thread-safe: the host brings the lock. Zero-initialised is the empty graph.
 *
 * Sources: Goodlock (Havelund, 2000) and its gate locks; ranks after Pearce and Kelly, "A dynamic
 * topological sort algorithm" (2006); the bookkeeping is ours.
 */
#ifndef REPRISE_CORE_LOCKGRAPH_H
#define REPRISE_CORE_LOCKGRAPH_H

#include "core.h"

enum {
    CORE_LOCKGRAPH_CYCLE_MAX = 20,      /* edges of the longest cycle that is looked for */
    CORE_LOCKGRAPH_HELD_MAX = 64,       /* locks of one held set */
    CORE_LOCKGRAPH_SETS_MAX = 8,        /* held sets kept for one edge; further ones are dropped */
    CORE_LOCKGRAPH_STEPS_MAX = 20000,   /* work spent on one new edge; beyond it none is found */
    CORE_LOCKGRAPH_MOVES_MAX = 1 << 15, /* nodes on either side that get new ranks for one edge */
    CORE_LOCKGRAPH_MOVE_STEPS_MAX = 200000, /* and the edges looked at to find them */
    CORE_LOCKGRAPH_BYTES_MAX = 64 << 20,
};

/* A lock somebody holds: (id << 1) | held for reading. Ids are below 2^31 and not 0. */
typedef uint32_t core_lock_held;

CORE_INLINE core_lock_held core_lock_held_make(uint32_t lock, bool read)
{
    return lock << 1 | read;
}

/* What the host wants to know about an edge later; the graph doesn't look into it. */
struct core_lock_note {
    uint32_t thread, stack, held_stack;
};

struct core_lock_edge {
    uint32_t from, to;
    struct core_lock_note note;
};

struct core_lock_cycle {
    size_t length; /* 0: none */
    /* edge[i].to == edge[i + 1].from; the newest edge is the last one */
    struct core_lock_edge edge[CORE_LOCKGRAPH_CYCLE_MAX];
    size_t too_long; /* length of the shortest cycle when that is beyond CYCLE_MAX, else 0 */
};

struct core_lock_node;

struct core_lockgraph {
    struct core_lock_node **buckets; /* by lock id; a power of two, 0 before the first edge */
    size_t nbuckets, nnodes, nedges, nback, bytes;
    int32_t lowest, highest;       /* ranks given so far */
    struct core_lock_moves *moves; /* room to deal out ranks; NULL before it is needed */
    uint32_t visit;                /* number of the latest search */
    bool full;                     /* an edge was refused because of BYTES_MAX */
};

/*
 * Records that `to` was asked for while held[0..nheld) were held, in particular held[from_index].
 * Returns true when the graph has learned something; then *cycle is a cycle that the news closes,
 * or has length 0. Returns false, without touching *cycle, when it was known already. `to` must
 * not be in held. The same cycle may be found again through another held set.
 */
bool core_lockgraph_add(struct core_lockgraph *g, const core_lock_held *held, size_t nheld,
                        size_t from_index, uint32_t to, const struct core_lock_note *note,
                        struct core_lock_cycle *cycle);

/* Would core_lockgraph_add of these learn nothing? Also when the graph is full. */
bool core_lockgraph_knows(const struct core_lockgraph *g, const core_lock_held *held, size_t nheld,
                          size_t from_index, uint32_t to);

/* Forgets a lock and all edges to and from it. */
void core_lockgraph_remove(struct core_lockgraph *g, uint32_t lock);

/* Forgets everything. */
void core_lockgraph_clear(struct core_lockgraph *g);

#endif
