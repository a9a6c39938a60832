#include "stack.h"
#include "event.h"
#include "index.h"
#include "sys/sys.h"
#include <errno.h>

/* One node of the tree. Named by the hash of the whole context: 64 bits, so that two contexts
 * of one run never meet in practice, and a frame's hash finds its node without a walk. */
struct node {
    uint64_t hash;
    uint64_t pc;
    uint32_t parent;
    uint32_t chain; /* index.h */
};

enum {
    NODES_MAX = 1 << 24,
    BUCKET_BITS = 20,
    /* Contexts, then recursion is folded. A walk of a tree has as many as the tree has nodes, and
     * each of its accesses then looks for a site that is in no cache. Programs of 200,000 lines
     * have some 8,000. */
    FOLD_ABOVE = 1 << 14,
    FOLD_FRAMES = 4, /* how far back a repeated frame is looked for */
};

static struct node *nodes; /* [0] is the empty stack */
static uint32_t used = 1;
static core_lock lock; /* adding nodes */
bool rt_stack_fold;
static bool folded; /* it happened; relaxed: nothing else is published by it */

static uint64_t hash_of(uint32_t i)
{
    return nodes[i].hash;
}

static uint32_t *chain_of(uint32_t i)
{
    return &nodes[i].chain;
}

static struct rt_index names = {.hash = hash_of, .chain = chain_of};

int rt_stack_init(void)
{
    nodes = sys_reserve("stacks", sizeof *nodes * NODES_MAX);
    if (!nodes || rt_index_init(&names, "stacks", BUCKET_BITS))
        return -ENOMEM;
    nodes[0].hash = RT_STACK_ROOT;
    return 0;
}

static uint32_t find(uint64_t hash)
{
    if (hash == RT_STACK_ROOT)
        return 0;
    /* acquire: the node's fields are complete */
    uint32_t i = __atomic_load_n(rt_index_head(&names, hash), __ATOMIC_ACQUIRE);
    while (i && nodes[i].hash != hash)
        i = __atomic_load_n(&nodes[i].chain, __ATOMIC_RELAXED); /* lower ones are there, too */
    return i;
}

static uint32_t add(uint64_t hash, uint32_t parent, rt_pc pc)
{
    core_lock_acquire(&lock);
    uint32_t i = find(hash);
    if (!i && used < NODES_MAX) {
        i = used++;
        nodes[i] = (struct node){hash, pc, parent, 0};
        rt_index_add(&names, i);
        if (used > FOLD_ABOVE)
            rt_stack_fold = true;
    }
    core_lock_release(&lock);
    return i ? i : parent; /* tree full: the callers at least */
}

rt_stack rt_stack_push(rt_stack below, rt_pc pc)
{
    uint64_t hash = rt_stack_hash(nodes[below].hash, pc);
    uint32_t i = find(hash);
    return i ? i : add(hash, below, pc);
}

/* The node of the top frame, adding what is missing from the deepest known frame upward. */
rt_stack rt_stack_context(struct rt_thread *t)
{
    struct rt_frame *top = t->tls->top - 1, *f = top;
    uint32_t i = 0;

    if (core_unlikely(!t->tls->top)) /* no memory for its frames */
        return 0;
    while (f > t->frames && !(i = find(f->hash)))
        f--;
    while (f < top) {
        f++;
        uint32_t next = find(f->hash);
        i = next ? next : add(f->hash, i, f->pc);
    }
    return i;
}

rt_stack rt_stack_capture(struct rt_thread *t, rt_pc pc)
{
    rt_stack s = rt_stack_context(t);
    return pc ? rt_stack_push(s, pc) : s;
}

size_t rt_stack_read(rt_stack s, rt_pc *pcs, size_t max)
{
    size_t n = 0;
    for (; s; s = nodes[s].parent, n++)
        if (n < max)
            pcs[n] = nodes[s].pc;
    return n;
}

bool rt_stack_folded(void)
{
    return __atomic_load_n(&folded, __ATOMIC_RELAXED);
}

uint64_t rt_stack_fold_hash(const struct rt_frame *top, rt_pc pc, uint64_t hash)
{
    for (int i = 1; i <= FOLD_FRAMES && top[-i].pc; i++) {
        if (top[-i].pc != pc)
            continue;
        if (core_unlikely(!rt_stack_folded()))
            __atomic_store_n(&folded, true, __ATOMIC_RELAXED);
        return top[-i].hash;
    }
    return hash;
}
