#include "model_thread.h"
#include "../sys/sys.h"
#include "pthread_table.h"
#include <linux/futex.h>
#include <signal.h>
#include <stddef.h>
#include <sys/syscall.h>

/* ---- join ---- */

int rt_model_join(struct rt_thread *t, rt_pc pc, pthread_t target, uint32_t uid,
                  struct rt_until until)
{
    struct rt_wait w = {.op = CORE_OP_JOIN, .cancellable = true, .holder = uid + 1};

    if (uid == RT_UID_UNKNOWN || uid == t->uid || !rt_until_is_valid(until) ||
        !rt_table_is_joinable(target, uid))
        return RT_JOIN_ASK;
    w.deadline_ns = rt_until_ns(until);
    while ((w.object = rt_turn_end_of(uid))) {
        rt_model_test_cancel(t);
        if (rt_model_park(t, pc, &w) == RT_WOKE_TIMEOUT)
            return ETIMEDOUT;
    }
    return rt_table_is_joinable(target, uid) ? 0 : EINVAL; /* another join was first */
}

/* ---- the end ---- */

/*
 * The kernel goes through the list of robust mutexes that the thread still holds; their waiters
 * find out when they try again, which is after it, for the next thread runs when this one is gone.
 */
static void wake_robust(struct rt_thread *t)
{
    enum { MOST = 1 << 16, PI_BIT = 1 }; /* a list that the program damaged may have no end */
    struct robust_list_head *head;
    size_t bytes;

    if (sys_call(SYS_get_robust_list, 0, (long)&head, (long)&bytes, 0, 0, 0) < 0 || !head)
        return;
    const struct robust_list *entry = head->list.next;
    for (unsigned n = 0; entry != &head->list && n < MOST; n++) {
        entry = (const struct robust_list *)((uintptr_t)entry & ~(uintptr_t)PI_BIT);
        /* the futex is the first word of the mutex */
        rt_turn_wake(t, (rt_addr)entry + (rt_addr)head->futex_offset, RT_WAKE_ALL);
        entry = entry->next;
    }
}

void rt_model_end(struct rt_thread *t)
{
    if (!rt_controlled())
        return;
    wake_robust(t);
    rt_turn_end(t);
}

/* ---- cancel ---- */

static const uint64_t CANCEL_BIT = 1ull << (RT_SIGNAL_CANCEL - 1);

void rt_model_cancel_type(struct rt_thread *t, bool async)
{
    if (!rt_controlled())
        return;
    rt_table_set_cancel_async(pthread_self(), async);
    /* the raw call: libc's leaves out its own signals */
    sys_call(SYS_rt_sigprocmask, async ? SIG_BLOCK : SIG_UNBLOCK, (long)&CANCEL_BIT, 0,
             sizeof CANCEL_BIT, 0, 0);
}

void rt_model_cancelled(struct rt_thread *t, pthread_t target)
{
    bool async;
    struct rt_thread *u = rt_table_thread(target, &async);
    if (!u)
        return;
    if (async && u->tls) { /* it doesn't run */
        u->tls->pending |= CANCEL_BIT;
        rt_turn_interrupt(t, u);
    }
    rt_turn_cancel(t, u);
}

/* ---- yield ---- */

bool rt_yield(struct rt_thread *t, rt_pc pc)
{
    if (rt_controlled())
        rt_turn_yield(t, pc);
    else
        rt_turn_point(t, pc, CORE_OP_YIELD, 0);
    return rt_controlled();
}
