#include "turn_access.h"

#include "access.h"
#include "delay.h"
#include "event.h"
#include "turn_state.h"
#include "turn_trace.h"

enum {
    SPINS = 2000,        /* repeated looks at a few words that nothing else comes between, */
    SPINS_MAX = 1 << 20, /* or repeated accesses of any kind */
};

/* ---- spinning ---- */

/*
 * A thread that reads the same few words over and over comes to no point, for the quick look
 * knows them. Time cannot tell it from one that computes, and must not decide anything. So the
 * watcher only takes the quick look away, and then accesses are counted: thousands of looks at a
 * few words without a store or a point in between change nothing, however many they are, and
 * cannot end by themselves. When the thread gives way is then no matter of time: at whichever of
 * the equal rounds it does so, the run is the same.
 */
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

static void stop_counting(struct rt_thread *t)
{
    t->turn->counting = false;
    t->turn->repeats = 0;
    rt_tls.span = t->end - (rt_tls.window >> 4);
}

static void count_access(struct rt_thread *t, rt_pc pc, rt_addr addr, bool write)
{
    struct rt_turn *me = t->turn;
    if (!rt_turn_looks_again(me, pc, addr)) {
        if (me->repeats > SPINS || ++me->repeats_broken > SPINS)
            me->repeats_broken = 0, stop_counting(t);
        me->repeats = 0;
        me->wrote = false;
        return;
    }
    me->wrote |= write;
    if (++me->repeats < (me->wrote ? SPINS_MAX : SPINS))
        return;
    me->repeats = 0;
    rt_turn_yield(t, pc);
}

/* ---- the access ---- */

/*
 * What the quick look of compiled code says when nobody has taken it away. It decides what is no
 * point; and the watcher comes by at a time of its own, so its coming must not change that.
 */
static bool is_known(const struct rt_thread *t, rt_addr a, size_t bytes, enum rt_kind kind)
{
    bool write = kind & RT_KIND_WRITE_BIT;
    uint32_t window = rt_tls.window, span = t->end - (window >> 4);
    if (kind & ~(unsigned)RT_VPTR_WRITE || (bytes & (bytes - 1)) || (a & 7 & (bytes - 1)))
        return false;
    if (bytes == 8 || bytes == 16)
        return core_known_word(rt_cell_p(a), write, window, span) &&
               (bytes == 8 || core_known_word(rt_cell_p(a + 8), write, window, span));
    return bytes && bytes < 8 &&
           core_known_half(rt_cell_p(a), rt_cell_q(a), a & 4, ((1u << bytes) - 1) << (a & 3), write,
                           window, span);
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
    if (core_unlikely(t->turn->counting))
        count_access(t, pc, addr, write);
    if (is_known(t, addr, bytes, kind))
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
