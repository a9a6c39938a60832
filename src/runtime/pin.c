#include "pin.h"

#include "options.h"
#include "say.h"
#include "sys/sys.h"
#include "turn.h"

#include <sys/auxv.h>
#include <sys/syscall.h>

static struct rt_cpus started_with, pinned_to;
static size_t kernel_bytes; /* of its own sets; 0: the process isn't kept on a processor */

void rt_pin_random(void *to, size_t n)
{
    unsigned char *at = to;
    uint64_t r = 0;
    for (size_t i = 0; i < n; i++, r >>= 8) {
        if (i % sizeof r == 0)
            r = rt_turn_random();
        at[i] = (unsigned char)r;
    }
}

/* The stack protector and the pointer guard have had theirs long before. */
static void pin_auxv(void)
{
    enum { AT_RANDOM_BYTES = 16 };
    void *random = (void *)getauxval(AT_RANDOM);
    if (random)
        rt_pin_random(random, AT_RANDOM_BYTES);
}

/* ---- one processor ---- */

static long set_affinity(int tid, const struct rt_cpus *set)
{
    return sys_call(SYS_sched_setaffinity, tid, (long)kernel_bytes, (long)set, 0, 0, 0);
}

static bool has(const struct rt_cpus *set, unsigned cpu)
{
    enum { BITS = 8 * sizeof(unsigned long) };
    return cpu < RT_CPUS_MAX && set->words[cpu / BITS] >> cpu % BITS & 1;
}

static void add(struct rt_cpus *set, unsigned cpu)
{
    enum { BITS = 8 * sizeof(unsigned long) };
    set->words[cpu / BITS] |= 1ul << cpu % BITS;
}

static void pin_cpu(int wanted)
{
    unsigned cpu = (unsigned)wanted;
    long n = sys_call(SYS_sched_getaffinity, 0, sizeof started_with, (long)&started_with, 0, 0, 0);
    if (n <= 0 || (wanted == -1 && sys_call(SYS_getcpu, (long)&cpu, 0, 0, 0, 0, 0)))
        return; /* not of this system: slower, and nothing else */
    if (!has(&started_with, cpu)) {
        rt_say("pin_cpu: this process may not run on processor %u; it stays on any", cpu);
        return;
    }
    add(&pinned_to, cpu);
    kernel_bytes = (size_t)n;
    if (set_affinity(0, &pinned_to))
        kernel_bytes = 0;
}

const struct rt_cpus *rt_pin_started_with(void)
{
    return kernel_bytes ? &started_with : NULL;
}

bool rt_pin_is_pinned(const struct rt_cpus *set)
{
    for (size_t i = 0; i < kernel_bytes / sizeof set->words[0]; i++)
        if (set->words[i] != pinned_to.words[i])
            return false;
    return kernel_bytes > 0;
}

void rt_pin_thread(int tid)
{
    if (kernel_bytes)
        set_affinity(tid, &pinned_to);
}

void rt_pin_release(int tid)
{
    if (kernel_bytes)
        set_affinity(tid, &started_with);
}

void rt_pin_init(void)
{
    if (!rt_controlled())
        return;
    if (rt_options.pin_auxv)
        pin_auxv();
    if (rt_options.pin_cpu != -2)
        pin_cpu(rt_options.pin_cpu);
}
