/* How long a goroutine may run that comes to no point. Asked by Go's monitor, in a thread of its
 * own, while the goroutine runs. */
#include "../sys/sys.h"
#include "turns.h"

enum { LOOKS_MANY = 1000 };    /* a loop: nothing else would look so often */
#define SLICE_NS 1000000000ull /* processor time: another program's load must not end it */

static uint64_t steps_before, since_ns; /* of the monitor alone */

static uint64_t processor_ns(void)
{
    struct timespec spent = {0};
    sys_clock(CLOCK_PROCESS_CPUTIME_ID, &spent);
    return (uint64_t)spent.tv_sec * 1000000000ull + (uint64_t)spent.tv_nsec;
}

void __reprise_go_slice(uint64_t *slice)
{
    /* relaxed: all that matters is whether they still change */
    uint64_t steps = __atomic_load_n(&rt_turns.steps, __ATOMIC_RELAXED);
    uint64_t looks = __atomic_load_n(&rt_go_turns.looks, __ATOMIC_RELAXED);
    uint64_t now = processor_ns();
    *slice = RT_GO_SLICE_GOES_ON;
    if (looks > LOOKS_MANY) {
        *slice = RT_GO_SLICE_LOOKS;
    } else if (steps != steps_before || !since_ns) {
        steps_before = steps;
        since_ns = now;
    } else if (now - since_ns > SLICE_NS) {
        since_ns = now;
        *slice = RT_GO_SLICE_OVER;
        __atomic_store_n(&rt_go_turns.computed_ns, SLICE_NS, __ATOMIC_RELAXED);
    }
}
