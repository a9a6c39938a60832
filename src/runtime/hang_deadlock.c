/* Nobody can run: is it a deadlock, and of which kind? */
#include "finding.h"
#include "signals.h"
#include "sys/sys.h"
#include "turn_state.h"

/* Signals given to this condition variable while nobody waited, and since then? libc/model_cond.c;
 * weak: tests link without it. */
bool rt_model_cond_lost_signal(rt_addr cond) __attribute__((weak));

static bool lost_signal(void)
{
    for (struct rt_turn *u = rt_turns.first_waiting; u; u = u->next_waiting)
        if (u->wait.op == CORE_OP_COND_WAIT && rt_model_cond_lost_signal &&
            rt_model_cond_lost_signal(u->wait.object))
            return true;
    return false;
}

/* A handler of the program may be what helps; signals come when they like. */
static bool signal_helps(struct rt_turn *me)
{
    enum { LOOKS = 50 };
    const struct timespec pause = {0, 4000000};
    if (!rt_signals_any_handler())
        return false;
    for (int i = 0; i < LOOKS; i++) {
        if (rt_tls.pending || __atomic_load_n(&rt_turns.nready, __ATOMIC_RELAXED))
            return true;
        rt_turn_leave_gate(me);
        sys_sleep(&pause);
        rt_turn_enter_gate(me);
    }
    return false;
}

void rt_hang_deadlock(struct rt_turn *me)
{
    if (signal_helps(me))
        return;
    rt_tls.depth++;
    rt_hang_report(me, lost_signal() ? RT_FINDING_LOST_WAKEUP : RT_FINDING_STUCK);
    rt_hang_end_run();
}
