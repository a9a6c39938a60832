/* Virtual time: so much a step, and jumps to the next timer. See turn_clock.c. */
#include "turns.h"

static uint64_t now_ns(void)
{
    return rt_turns.steps * RT_STEP_NS + rt_turns.jumped_ns;
}

/* A goroutine computed for a whole slice, or waits in a loop for a time to come: time goes on for
 * it as it does for others, or the loop would not end. */
static void count_computed(void)
{
    uint64_t ns = __atomic_exchange_n(&rt_go_turns.computed_ns, 0, __ATOMIC_RELAXED);
    rt_turns.jumped_ns += ns;
    if (ns)
        rt_record_inexact(RT_INEXACT_EXTERNAL);
}

void __reprise_go_clock(uint64_t *now)
{
    if (core_unlikely(__atomic_load_n(&rt_go_turns.computed_ns, __ATOMIC_RELAXED)))
        count_computed();
    *now = now_ns();
}

void __reprise_go_jump(uint64_t to)
{
    uint64_t now = now_ns();
    if (to > now)
        rt_turns.jumped_ns += to - now;
}

bool rt_go_timer_is_due(void)
{
    return core_unlikely(rt_go_turns.timer && now_ns() >= rt_go_turns.timer);
}

void __reprise_go_external(void)
{
    if (rt_controlled())
        rt_record_inexact(RT_INEXACT_EXTERNAL);
}
