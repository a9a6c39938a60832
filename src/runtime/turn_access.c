#include "turn_access.h"

#include "delay.h"
#include "event.h"
#include "shadow_map.h"
#include "turn_state.h"
#include "turn_trace.h"

/* The essay is in turn_points.c. */
void rt_turn_access_watch(void)
{
    core_lock_acquire(&rt_turns.lock);
    struct rt_turn *u = rt_turns.holder;
    /* who is not ready may be waiting for a time, which goes on with points */
    struct rt_tls *tls = u && (rt_turns.all->next || rt_turn_any_alarm()) ? u->thread->tls : NULL;
    if (tls) {
        __atomic_store_n(&u->counting, true, __ATOMIC_RELAXED);
        /* relaxed: when the thread moves its window meanwhile, the next look comes by */
        __atomic_store_n(&tls->span, 0, __ATOMIC_RELAXED);
    }
    core_lock_release(&rt_turns.lock);
}

bool rt_turn_access(struct rt_thread *t, rt_pc pc, rt_addr addr, size_t bytes, enum rt_kind kind)
{
    bool write = kind & RT_KIND_WRITE_BIT;
    enum core_op op = write ? CORE_OP_WRITE : CORE_OP_READ;
    if (rt_strategy == CORE_STRATEGY_DELAY) {
        rt_delay_point(t, pc, op);
        return true;
    }
    if (!rt_multi || !t->turn || !rt_shadow_covers(addr, bytes))
        return true;
    if (core_unlikely(t->turn->counting) && rt_turn_counts_as_spin(t, pc, addr, write))
        rt_turn_yield(t, pc);
    if (rt_turn_access_known(t, addr, bytes, kind))
        return false;
    unsigned size = (unsigned)(bytes < 16 ? bytes : 16);
    if (!rt_turn_is_point(t, pc, addr, bytes, write)) {
        if (core_unlikely(rt_trace_on))
            rt_trace_skipped(t->turn, pc, addr, size, write);
        return true;
    }
    rt_turn_point_slow(t, pc, op, addr & ~7ull);
    if (rt_trace_on)
        rt_trace_access(t->turn, addr & ~7ull, addr, size, write);
    return true;
}
