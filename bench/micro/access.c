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
STREAM(kernel_stream1, uint8_t)

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
