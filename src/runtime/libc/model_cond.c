#include "model_cond.h"
#include "mutexes.h"

/* Bits of glibc's __wrefs. */
enum { COND_SHARED = 1, COND_MONOTONIC = 2 };

/* What turn.h doesn't know. Changed by the thread with the turn; the lock is for looks from
 * elsewhere. */
struct cond {
    rt_addr addr;
    unsigned waiting; /* threads in a wait; of them */
    unsigned woken;   /* were signalled and have not run since, */
    unsigned credit;  /* and were signalled when something else had just woken them */
    bool lost;        /* see rt_model_cond_lost_signal */
    struct cond *next;
};

enum { BUCKETS = 256 };
static struct cond *buckets[BUCKETS];
static core_lock lock; /* the chains; a leaf but for core_alloc */

static struct cond **place(rt_addr addr)
{
    struct cond **c = &buckets[core_mix(addr >> 4) % BUCKETS];
    while (*c && (*c)->addr != addr)
        c = &(*c)->next;
    return c;
}

/* The record stays where it is while somebody waits. */
static struct cond *cond_at(rt_addr addr)
{
    core_lock_acquire(&lock);
    struct cond **at = place(addr), *c = *at;
    if (!c) {
        c = *at = core_alloc(sizeof *c);
        c->addr = addr;
    }
    core_lock_release(&lock);
    return c;
}

void rt_model_cond_forget(rt_addr addr)
{
    if (!rt_controlled())
        return;
    core_lock_acquire(&lock);
    struct cond **at = place(addr), *c = *at;
    if (c && !c->waiting) {
        *at = c->next;
        core_free(c, sizeof *c);
    }
    core_lock_release(&lock);
}

bool rt_model_cond_lost_signal(rt_addr addr)
{
    core_lock_acquire(&lock);
    const struct cond *c = *place(addr);
    bool lost = c && c->lost;
    core_lock_release(&lock);
    return lost;
}

clockid_t rt_cond_clock(const pthread_cond_t *cond)
{
    /* relaxed: the bit is set by init alone */
    unsigned refs = __atomic_load_n(&cond->__data.__wrefs, __ATOMIC_RELAXED);
    return refs & COND_MONOTONIC ? CLOCK_MONOTONIC : CLOCK_REALTIME;
}

/* ---- signals ---- */

/* Waiters that were woken for a signal handler, for a cancellation they may not obey, or by their
 * deadline, and could not say so yet: to the program they wait. */
static unsigned disturbed(const struct cond *c)
{
    return c->waiting - c->woken; /* nobody waits in turn.h */
}

void rt_model_cond_signal(struct rt_thread *t, rt_addr addr)
{
    if (!rt_controlled())
        return;
    struct cond *c = cond_at(addr);
    if (rt_turn_wake(t, addr, 1))
        c->woken++;
    else if (c->credit < disturbed(c))
        c->credit++;
    else
        c->lost = true;
}

void rt_model_cond_broadcast(struct rt_thread *t, rt_addr addr)
{
    if (!rt_controlled())
        return;
    struct cond *c = cond_at(addr);
    c->lost |= !c->waiting;
    c->woken += (unsigned)rt_turn_wake(t, addr, RT_WAKE_ALL);
    c->credit = disturbed(c);
}

void rt_model_cond_woken(rt_addr addr)
{
    cond_at(addr)->woken++;
}

/* ---- waits ---- */

/* The mutex is had again whatever happens; by the real call when the model doesn't know it. */
static int lock_again(struct rt_thread *t, rt_pc pc, void *mutex)
{
    int err;
    RT_MODEL_OR_REAL(rt_model_wait(t, pc, &rt_mutex_kind, mutex, RT_FOREVER, &err), err,
                     rt_real_mutex_lock(mutex));
    return err;
}

static bool may_be_cancelled(void)
{
    int old;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &old);
    pthread_setcancelstate(old, NULL);
    return old == PTHREAD_CANCEL_ENABLE;
}

static bool take_credit(struct cond *c)
{
    if (!c->credit)
        return false;
    c->credit--;
    return true;
}

/* RT_WOKE, RT_WOKE_TIMEOUT, or RT_WOKE_CANCELLED when that is to be acted upon. */
static enum rt_woke await_signal(struct rt_thread *t, rt_pc pc, struct cond *c,
                                 struct rt_until until)
{
    const struct rt_wait w = {.op = CORE_OP_COND_WAIT,
                              .object = c->addr,
                              .deadline_ns = rt_until_ns(until),
                              .interruptible = true,
                              .cancellable = true};
    for (;;) {
        enum rt_woke why = rt_turn_wait(t, pc, &w);
        if (why == RT_WOKE) {
            c->woken--;
            return why;
        }
        if (why == RT_WOKE_CANCELLED && may_be_cancelled())
            return why;
        if (why == RT_WOKE_INTERRUPTED)
            RT_PROGRAM((void)0); /* the handlers; the wait goes on meanwhile */
        if (take_credit(c))
            return RT_WOKE;
        if (why == RT_WOKE_TIMEOUT)
            return why;
    }
}

static enum rt_woke wait_as_one_of(struct rt_thread *t, rt_pc pc, struct cond *c,
                                   struct rt_until until)
{
    c->waiting++;
    enum rt_woke why = await_signal(t, pc, c, until);
    c->waiting--;
    if (c->credit > c->waiting - c->woken) /* it was cancelled, and nobody else is left for it */
        c->credit--;
    c->lost = false;
    return why;
}

bool rt_model_cond_wait(struct rt_thread *t, rt_pc pc, void *cond, void *mutex,
                        struct rt_until until, int *err)
{
    const pthread_cond_t *real = cond;
    if (real->__data.__wrefs & COND_SHARED || !rt_until_is_valid(until))
        return false;
    rt_model_test_cancel(t);
    if ((*err = rt_real_mutex_unlock(mutex)))
        return true;
    rt_model_wake(t, mutex);
    enum rt_woke why = wait_as_one_of(t, pc, cond_at((rt_addr)cond), until);
    *err = lock_again(t, pc, mutex);
    if (why == RT_WOKE_CANCELLED)
        rt_model_test_cancel(t);
    if (!*err && why == RT_WOKE_TIMEOUT)
        *err = ETIMEDOUT;
    return true;
}
