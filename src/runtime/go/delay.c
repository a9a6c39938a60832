/* Strategy delay in a Go program: the same rule as in a C program, other places to sleep. */
#include "../delay.h"
#include "../stack_name.h"
#include "turns.h"

uint64_t rt_go_delay_ns(const struct rt_thread *t, rt_pc pc, enum core_op op)
{
    uint64_t ns = t ? rt_delay_ns(t, op, rt_stack_name(t, pc)) : 0;
    return ns > RT_GO_YIELD && rt_delay_granted(ns) ? ns : 0;
}
