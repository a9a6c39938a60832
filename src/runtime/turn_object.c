#include "finding.h"
#include "stack.h"
#include "turn_trace.h"

void rt_trace_object(uint32_t number, rt_addr addr)
{
    struct rt_block block;
    uint32_t uid;
    bool is_tls;
    const struct rt_module *m = rt_trace_module(addr);
    const struct rt_turn *ended = rt_turns.all; /* rt_turn_end_of */
    rt_pc allocated = 0;
    while (ended && (rt_addr)ended != addr)
        ended = ended->next;
    if (ended) {
        rt_trace_put_object(number, "thread", NULL, ended->task.id, 0);
    } else if (m) {
        rt_trace_put_object(number, "global", m, addr, 0);
    } else if (rt_heap_find(addr, &block)) {
        rt_pc frames[2] = {0};
        rt_stack_read(block.stack, frames, 2); /* [0] is malloc */
        allocated = frames[1] ? frames[1] - 1 : frames[0];
        m = rt_trace_module(allocated);
        rt_trace_put_object(number, "heap", m, allocated, addr - block.start);
    } else if (rt_thread_of_stack(addr, &uid, &is_tls)) {
        rt_trace_put_object(number, "stack", NULL, uid, 0);
    }
}
