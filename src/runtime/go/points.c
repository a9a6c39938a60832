/* Points: those that the Go runtime tells of, and memory accesses and atomics (turn.h). */
#include "../access.h"
#include "../delay.h"
#include "../sys/sys.h"
#include "../turn_access.h"
#include "../turn_trace.h"
#include "turns.h"

/* ---- told by Go ---- */

void __reprise_go_point(struct rt_thread *t, uint64_t op_and_pc, uint64_t object, uint64_t *action)
{
    enum core_op op = (enum core_op)(op_and_pc & 0xff);
    rt_pc pc = op_and_pc >> 8;
    *action = op == CORE_OP_YIELD ? RT_GO_GIVE_WAY : RT_GO_GO_ON;
    if (rt_strategy == CORE_STRATEGY_DELAY) {
        *action = rt_go_delay_ns(t, pc, op);
        return;
    }
    struct rt_go_turn *u = rt_go_turn_of(t);
    if (!u)
        return;
    if (rt_go_alone()) { /* not a step, but time goes on */
        rt_turns.jumped_ns += RT_STEP_NS;
        u->asked = true;
        return;
    }
    if (op == CORE_OP_COND_SIGNAL || op == CORE_OP_COND_BROADCAST)
        rt_go_cond_signalled(object & ~7ull);
    if (rt_go_step(u, pc, op, object & ~7ull))
        *action = u->yields ? RT_GO_YIELD : RT_GO_GIVE_WAY;
    u->again = op >= CORE_OP_ATOMIC_LOAD && op <= CORE_OP_ATOMIC_RMW; /* it follows */
}

/* ---- at race calls ---- */

/* What Go sets the limit of a stack to, to have the goroutine preempted. */
#define STACK_PREEMPT ((uintptr_t)-1314)

enum { SLEEP_MAX_NS = 10000000 }; /* nobody collects garbage meanwhile */

/* The goroutine that t is of, if it is its own code that calls: not of g0 or a signal handler. */
static struct rt_go_g *goroutine_here(void)
{
    struct rt_go_g *g = rt_go_current_g();
    uintptr_t here = (uintptr_t)__builtin_frame_address(0);
    return here >= g->low && here < g->high ? NULL : g;
}

static void ask(struct rt_go_g *g)
{
    /* relaxed: read by the goroutine itself; Go's monitor may write it, too, with the same value */
    __atomic_store_n(&g->limit, STACK_PREEMPT, __ATOMIC_RELAXED);
}

/* Outside of the gate. */
static void sleep_for(uint64_t ns)
{
    const struct timespec pause = {0, (long)(ns < SLEEP_MAX_NS ? ns : SLEEP_MAX_NS)};
    sys_sleep(&pause);
    rt_delay_slept();
}

static void delay_access(struct rt_thread *t, rt_pc pc, enum core_op op)
{
    uint64_t ns = rt_go_delay_ns(t, pc, op);
    if (core_likely(!ns))
        return;
    rt_go_gate_leave(&t->own);
    sleep_for(ns);
    rt_go_gate_enter(&t->own);
}

void rt_go_access_point_slow(struct rt_thread *t, rt_pc pc, rt_addr addr, size_t bytes,
                             enum rt_kind kind)
{
    bool write = kind & RT_KIND_WRITE_BIT;
    enum core_op op = write ? CORE_OP_WRITE : CORE_OP_READ;
    if (rt_strategy == CORE_STRATEGY_DELAY) {
        delay_access(t, pc, op);
        return;
    }
    struct rt_go_turn *u = rt_go_turn_of(t);
    struct rt_go_g *g = u && !rt_go_alone() ? goroutine_here() : NULL;
    if (!g)
        return;
    if (rt_turn_access_known(t, addr, bytes, kind))
        return;
    t->stack_low = g->low;
    t->stack_high = g->high;
    unsigned size = (unsigned)(bytes < 16 ? bytes : 16);
    if (!rt_turn_is_point(t, pc, addr, bytes, write)) {
        if (core_unlikely(rt_trace_on))
            rt_trace_skipped(&u->turn, pc, addr, size, write);
        return;
    }
    if (rt_go_step(u, pc, op, addr & ~7ull))
        ask(g);
    if (core_unlikely(rt_trace_on)) /* also a read is made later, when the goroutine goes on */
        rt_trace_access(&u->turn, addr & ~7ull, addr, size, true);
}

static uint32_t again; /* the atomic operation was not done: Go calls once more */

uint32_t *rt_go_again(void)
{
    return &again;
}

/* What package sync does to the word that it has just told of is part of that operation. Points in
 * there would have those who want one lock fail each other's compare-and-swap: n of them take n * n
 * turns. */
static bool is_part_of_point(const struct rt_go_turn *u, rt_addr word)
{
    enum core_op last = u->turn.task.op;
    return last >= CORE_OP_LOCK && last <= CORE_OP_ONCE && u->object == word;
}

bool rt_go_atomic_point_slow(struct rt_thread *t, rt_pc callpc, rt_pc where, enum core_op op,
                             rt_addr addr, size_t bytes)
{
    bool ignored = !t || t->ignore_sync;
    if (rt_strategy == CORE_STRATEGY_DELAY) {
        uint64_t ns = ignored ? 0 : rt_go_delay_ns(t, callpc, op);
        if (core_unlikely(ns))
            sleep_for(ns);
        return false;
    }
    struct rt_go_turn *u = ignored ? NULL : rt_go_turn_of(t);
    struct rt_go_g *g = u && !rt_go_alone() ? goroutine_here() : NULL;
    again = 0;
    if (!g || is_part_of_point(u, addr & ~7ull))
        return false;
    bool wants = !u->again && rt_go_step(u, where, op, addr & ~7ull);
    again = wants && rt_go_turns.repeats;
    u->again = again != 0;
    if (wants)
        ask(g);
    if (core_unlikely(rt_trace_on && !u->again))
        rt_trace_access(&u->turn, addr & ~7ull, addr, (unsigned)bytes, op != CORE_OP_ATOMIC_LOAD);
    return u->again;
}

void rt_go_memory_is_new_slow(rt_addr addr, size_t bytes)
{
    rt_record_forget(addr, bytes);
}
