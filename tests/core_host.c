/* What core needs from its host (src/core/core.h), for unit tests and fuzzers. */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/core.h"
#include "core_host.h"

static long long live_bytes;

void *core_alloc(size_t bytes)
{
    void *p = calloc(1, bytes ? bytes : 1);
    if (!p) {
        fprintf(stderr, "core_host: no memory for %zu bytes\n", bytes);
        abort();
    }
    /* relaxed: a sum that is read when all is quiet */
    __atomic_fetch_add(&live_bytes, (long long)bytes, __ATOMIC_RELAXED);
    return p;
}

void core_free(void *p, size_t bytes)
{
    __atomic_fetch_sub(&live_bytes, (long long)bytes, __ATOMIC_RELAXED); /* relaxed: as above */
    free(p);
}

long long core_host_live_bytes(void)
{
    return __atomic_load_n(&live_bytes, __ATOMIC_RELAXED); /* relaxed: as above */
}

void core_relax(unsigned spins)
{
    if (spins > 100)
        sched_yield();
}
