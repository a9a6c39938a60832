/*
 * What C programs have and Go programs do not: mutexes are clocks like any other here (Go tells no
 * names for them), nothing jumps, and annotations do not exist. The shared parts ask; the answer
 * is always no.
 */
#include "../annotate.h"
#include "../memory_limits.h"
#include "../mutex.h"
#include "../rt.h"

void rt_ignores_free(struct rt_thread *t)
{
    (void)t;
}

void rt_jumps_free(struct rt_thread *t)
{
    (void)t;
}

bool rt_race_is_benign(rt_addr addr, size_t bytes)
{
    (void)addr, (void)bytes;
    return false;
}

void rt_mutex_forget(struct rt_sync *s)
{
    (void)s;
}

bool rt_mutex_info(uint32_t mutex, struct rt_mutex_info *out)
{
    (void)mutex, (void)out;
    return false;
}

void rt_limits_start(void) {}

unsigned rt_limits_taken(enum rt_limits_step step)
{
    (void)step;
    return 0;
}
