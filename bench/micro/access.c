// Kernels about memory accesses: what the compiler's instrumentation calls for each load and store.

#include <string.h>

#include "micro.h"

// The same eight words over and over: the case that every detector makes cheap.
void kernel_private(struct micro *m)
{
    uint64_t *w = (uint64_t *)m->buffer;

    for (uint64_t i = 0; i < m->ops; i += 8) {
        for (int k = 0; k < 8; k++)
            w[k] += i;
        FORGET();
    }
    m->result = w[3];
}

// Read and write one element after the other through a megabyte.
#define STREAM(NAME, TYPE)                                                                         \
    void NAME(struct micro *m)                                                                     \
    {                                                                                              \
        TYPE *w = (TYPE *)m->buffer;                                                               \
        size_t n = BUFFER_BYTES / sizeof *w, at = 0;                                               \
                                                                                                   \
        for (uint64_t i = 0; i < m->ops; i++) {                                                    \
            w[at] = (TYPE)(w[at] + i);                                                             \
            at = at + 1 == n ? 0 : at + 1;                                                         \
            FORGET();                                                                              \
        }                                                                                          \
        m->result = (uint64_t)w[1];                                                                \
    }

STREAM(kernel_stream8, uint64_t)
STREAM(kernel_stream4, uint32_t)
STREAM(kernel_stream2, uint16_t)
STREAM(kernel_stream1, uint8_t)

// Each thread writes every second byte (word) of the same memory: no byte has two writers, but each
// word of the shadow (line of the cache) has.
#define INTERLEAVED(NAME, TYPE, COUNT)                                                             \
    void NAME(struct micro *m)                                                                     \
    {                                                                                              \
        static TYPE between[COUNT];                                                                \
        size_t at = m->id;                                                                         \
                                                                                                   \
        for (uint64_t i = 0; i < m->ops; i++) {                                                    \
            between[at] = (TYPE)(between[at] + i);                                                 \
            at = (at + 2) % (COUNT);                                                               \
            FORGET();                                                                              \
        }                                                                                          \
        m->result = (uint64_t)between[m->id];                                                      \
    }

INTERLEAVED(kernel_neighbours, uint8_t, 1 << 16)
INTERLEAVED(kernel_false_share, uint64_t, 8)

// All threads read the same table: words with several readers.
void kernel_shared_read(struct micro *m)
{
    uint64_t sum = 0;

    for (uint64_t i = 0; i < m->ops; i++) {
        sum += m->shared[(i * 17 + m->id) % SHARED_WORDS];
        FORGET();
    }
    m->result = sum;
}

// Search in a heap-ordered binary tree that lies in the shared table: dependent loads, one call a
// level, no neighbour twice in a row.
static __attribute__((noinline)) uint64_t descend(const uint64_t *tree, uint64_t node, uint64_t key)
{
    if (node >= SHARED_WORDS / 2)
        return tree[node];
    return descend(tree, 2 * node + ((tree[node] ^ key) >> (node % 29) & 1), key) + 1;
}

void kernel_tree(struct micro *m)
{
    uint64_t sum = 0;

    for (uint64_t i = 0; i < m->ops; i += 12)
        sum += descend(m->shared, 1, i * 0x9e3779b97f4a7c15u + m->id);
    m->result = sum;
}

// Walk a list whose nodes lie scattered in the thread's own megabyte, and count each visit.
void kernel_list(struct micro *m)
{
    struct node {
        struct node *next;
        uint64_t visits;
    } *nodes = (struct node *)m->buffer, *at = nodes;
    enum { NODES = 1 << 13, STEP = 2731 }; // odd: the walk meets them all

    for (size_t i = 0; i < NODES; i++)
        nodes[i].next = nodes + (i + STEP) % NODES;
    for (uint64_t i = 0; i < m->ops; i++) {
        at->visits++;
        at = at->next;
    }
    m->result = at->visits;
}

// Calls and returns with one access each: the price of keeping a stack.
static __attribute__((noinline)) uint64_t fibonacci(const uint64_t *base, unsigned n)
{
    FORGET();
    return n < 2 ? *base : fibonacci(base, n - 1) + fibonacci(base, n - 2);
}

void kernel_calls(struct micro *m)
{
    uint64_t sum = 0;

    for (uint64_t i = 0; i < m->ops; i += 2583) // the calls that fibonacci(16) makes, about
        sum += fibonacci(m->shared, 16);
    m->result = sum;
}

// Recursion to a depth at which no processor predicts the returns.
static __attribute__((noinline)) uint64_t descend_deep(const uint64_t *base, unsigned depth)
{
    FORGET();
    return depth ? base[depth] + descend_deep(base, depth - 1) * 3 : *base;
}

void kernel_deep(struct micro *m)
{
    enum { DEPTH = 1000 };
    uint64_t sum = 0;

    for (uint64_t i = 0; i < m->ops; i += DEPTH)
        sum += descend_deep(m->shared, DEPTH) + 1;
    m->result = sum;
}

// memset and memcpy of a page.
void kernel_ranges(struct micro *m)
{
    enum { SIZE = 4096, PAGES = BUFFER_BYTES / SIZE };

    for (uint64_t i = 0; i < m->ops; i += 2) {
        size_t size = SIZE - (i & 8); // not a constant: the compiler must call, not inline
        memset(m->buffer + i % PAGES * SIZE, (int)i, size);
        memcpy(m->buffer + (i + 7) % PAGES * SIZE, m->buffer + i % PAGES * SIZE, size);
        FORGET();
    }
    m->result = m->buffer[5];
}

// Small copies, whose price is the call.
void kernel_memcpy(struct micro *m)
{
    for (uint64_t i = 0; i < m->ops; i++) {
        size_t size = 16 + i % 64;
        memcpy(m->buffer + i * 80 % 65536, m->buffer + 131072 + i * 48 % 65536, size);
        FORGET();
    }
    m->result = m->buffer[7];
}
