#include "lockset.h"
#include "sys/sys.h"
#include <errno.h>

/* A set is its last acquired mutex on top of the set before it: one node of a tree. */
struct node {
    uint32_t below;
    uint32_t held; /* mutex uid << 1 | read */
    uint32_t chain;
};

enum { NODES_MAX = 1 << 24, BUCKETS = 1 << 16 };

static struct node *nodes; /* [0] is the empty set */
static uint32_t *buckets;  /* heads; release when a node is published */
static uint32_t used = 1;
static core_lock lock;

int rt_lockset_init(void)
{
    nodes = sys_reserve("mutexes held", sizeof *nodes * NODES_MAX);
    buckets = sys_reserve("mutexes held", sizeof *buckets * BUCKETS);
    return nodes && buckets ? 0 : -ENOMEM;
}

static uint32_t find(uint32_t *bucket, uint32_t below, uint32_t held)
{
    /* acquire: the node's fields are complete */
    uint32_t i = __atomic_load_n(bucket, __ATOMIC_ACQUIRE);
    while (i && !(nodes[i].below == below && nodes[i].held == held))
        i = nodes[i].chain;
    return i;
}

static uint32_t push(uint32_t below, uint32_t held)
{
    uint32_t *bucket = &buckets[core_mix((uint64_t)below << 32 | held) & (BUCKETS - 1)];
    uint32_t i = find(bucket, below, held);
    if (i)
        return i;
    core_lock_acquire(&lock);
    i = find(bucket, below, held);
    if (!i && used < NODES_MAX) {
        i = used++;
        nodes[i] = (struct node){below, held, *bucket};
        __atomic_store_n(bucket, i, __ATOMIC_RELEASE); /* release: publishes the node */
    }
    core_lock_release(&lock);
    return i ? i : below; /* table full: the set lacks this mutex in reports */
}

uint32_t rt_lockset_add(uint32_t set, uint32_t mutex, bool read)
{
    return push(set, mutex << 1 | read);
}

uint32_t rt_lockset_remove(uint32_t set, uint32_t mutex)
{
    uint32_t above[RT_LOCKSET_MAX];
    unsigned n = 0;
    uint32_t at = set;

    while (at && nodes[at].held >> 1 != mutex && n < RT_LOCKSET_MAX) {
        above[n++] = nodes[at].held;
        at = nodes[at].below;
    }
    if (!at || n == RT_LOCKSET_MAX)
        return set;
    at = nodes[at].below;
    while (n)
        at = push(at, above[--n]);
    return at;
}

size_t rt_lockset_read(uint32_t set, struct rt_held *held, size_t max)
{
    size_t depth = 0;
    for (uint32_t i = set; i; i = nodes[i].below)
        depth++;
    size_t n = depth < max ? depth : max, at = depth;
    for (uint32_t i = set; i; i = nodes[i].below)
        if (--at < n)
            held[at] = (struct rt_held){nodes[i].held >> 1, nodes[i].held & 1};
    return n;
}
