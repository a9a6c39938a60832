/* What an object of the trace is, in a Go program: Go tells where a block begins only while a
 * report is written, and never who allocated it. */
#include "../turn_trace.h"
#include "turn.h"

void rt_trace_object(uint32_t number, rt_addr addr)
{
    const struct rt_module *m = rt_trace_module(addr);
    const struct rt_turn *u = rt_turns.holder;
    if (m)
        rt_trace_put_object(number, "global", m, addr, 0);
    else if (u && addr >= u->thread->stack_low && addr < u->thread->stack_high)
        rt_trace_put_object(number, "stack", NULL, u->task.id, 0);
    else
        rt_trace_put_object(number, "heap", NULL, 0, 0);
}
