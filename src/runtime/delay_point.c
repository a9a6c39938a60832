#include "delay.h"
#include "hook.h"
#include "stack_name.h"
#include "sys/sys.h"

static void sleep_for(struct rt_thread *t, uint64_t ns)
{
    const struct timespec pause = {(time_t)(ns / 1000000000), (long)(ns % 1000000000)};
    RT_BLOCKING(sys_sleep(&pause));
    rt_delay_slept();
}

/* Nobody sleeps while there is one thread, nor in a handler of the program: what it interrupted
 * would wait, too. */
void rt_delay_point(struct rt_thread *t, rt_pc pc, enum core_op op)
{
    if (!rt_multi)
        return;
    uint64_t ns = rt_delay_ns(t, op, rt_stack_name(t, pc));
    if (core_unlikely(ns) && !t->in_handler && rt_delay_granted(ns))
        sleep_for(t, ns);
}
