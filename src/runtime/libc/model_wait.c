#include "model_wait.h"
#include "../signals.h"
#include "../sync.h"
#include <pthread.h>

enum { NS_PER_S = 1000000000 };

bool rt_until_is_valid(struct rt_until until)
{
    const struct timespec *d = until.deadline;
    return !d || (d->tv_nsec >= 0 && d->tv_nsec < NS_PER_S &&
                  (until.clock == CLOCK_REALTIME || until.clock == CLOCK_MONOTONIC));
}

uint64_t rt_until_ns(struct rt_until until)
{
    return until.deadline ? rt_clock_deadline_ns(until.clock, until.deadline) : RT_NEVER;
}

uint32_t rt_model_holder(rt_addr mutex)
{
    struct rt_sync *s = rt_sync_get(mutex);
    if (!s)
        return 0;
    uint32_t holder = s->mutex && s->owner != RT_SYNC_NOBODY ? s->owner + 1 : 0;
    rt_sync_put(s);
    return holder;
}

void rt_model_test_cancel(struct rt_thread *t)
{
    RT_PROGRAM(pthread_testcancel());
}

/* Would the kernel start a wait without a deadline again after the handlers that are about to run?
 */
static bool restarts(void)
{
    for (int sig = 1; sig <= RT_SIGNALS; sig++) {
        struct sigaction a;
        if (rt_tls.pending & 1ull << (sig - 1) && rt_sigaction(sig, NULL, &a) == 0 &&
            !(a.sa_flags & SA_RESTART))
            return false;
    }
    return true;
}

enum rt_woke rt_model_park(struct rt_thread *t, rt_pc pc, const struct rt_wait *w)
{
    enum rt_woke why = rt_turn_wait(t, pc, w);
    switch (why) {
    case RT_WOKE_INTERRUPTED:
        if (w->deadline_ns == RT_NEVER && restarts())
            why = RT_WOKE;
        RT_PROGRAM((void)0); /* handlers run where the scope closes */
        return why;
    case RT_WOKE_CANCELLED:
        rt_model_test_cancel(t);
        return RT_WOKE;
    default:
        return why;
    }
}

bool rt_model_wait(struct rt_thread *t, rt_pc pc, const struct rt_model_kind *kind, void *object,
                   struct rt_until until, int *err)
{
    if (!rt_until_is_valid(until))
        return false;
    if (kind->cancellable)
        rt_model_test_cancel(t);
    while ((*err = kind->attempt(object)) == EBUSY) {
        if (kind->beyond(object))
            return false;
        enum rt_woke why = rt_model_park(t, pc,
                                         &(struct rt_wait){
                                             .op = kind->op,
                                             .object = (rt_addr)object,
                                             .deadline_ns = rt_until_ns(until),
                                             .interruptible = kind->cancellable,
                                             .cancellable = kind->cancellable,
                                             .holder = rt_model_holder((rt_addr)object),
                                         });
        if (why == RT_WOKE)
            continue;
        *err = why == RT_WOKE_TIMEOUT ? ETIMEDOUT : EINTR;
        break;
    }
    return true;
}
