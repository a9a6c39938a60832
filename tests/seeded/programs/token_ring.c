/* A ring of three; who does not see the token makes a new one, and then there are two. */
#include <stdatomic.h>

#include "seeded.h"

enum { NODES = 3 };

static atomic_int has_token[NODES] = {1, 0, 0}, moved;

static void *node(void *index)
{
    int me = INDEX(index), next = (me + 1) % NODES;
    if (me < NODES - 1) {
        if (atomic_exchange(&has_token[me], 0)) {
            atomic_fetch_add(&moved, 1);
            atomic_store(&has_token[next], 1);
        }
        return NULL;
    }
#ifndef FIXED
    int tokens = 0;
    for (int i = 0; i < NODES; i++)
        tokens += atomic_load(&has_token[i]);
    if (tokens == 0)
        atomic_store(&has_token[me], 1);
#endif
    return NULL;
}

int main(void)
{
    together(NODES, node);
    int tokens = 0;
    for (int i = 0; i < NODES; i++)
        tokens += atomic_load(&has_token[i]);
    expect(tokens == 1, "not one token");
    return 0;
}
