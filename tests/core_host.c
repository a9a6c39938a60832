/* What core needs from its host (src/core/core.h), for unit tests and fuzzers. */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/core.h"

void *core_alloc(size_t bytes)
{
    void *p = calloc(1, bytes ? bytes : 1);
    if (!p) {
        fprintf(stderr, "core_host: no memory for %zu bytes\n", bytes);
        abort();
    }
    return p;
}

void core_free(void *p, size_t bytes)
{
    (void)bytes;
    free(p);
}

void core_relax(unsigned spins)
{
    if (spins > 100)
        sched_yield();
}
