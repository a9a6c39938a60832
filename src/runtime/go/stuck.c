/* Goroutines that wait for ever: all of them (deadlock, lost wake-up), or those of a test. */
#include "../finding.h"
#include "../format.h"
#include "../numbering.h"
#include "../stack.h"
#include "turns.h"

/* ---- what a goroutine waits for ---- */

/* Go's words, as far as they are one operation. Versions differ: where Go says less ("semacquire"),
 * the last point says which operation it is. */
static const struct {
    const char *reason;
    enum core_op op;
} ops[] = {
    {"chan receive", CORE_OP_CHAN_RECEIVE},
    {"chan send", CORE_OP_CHAN_SEND},
    {"select", CORE_OP_SELECT},
    {"sync.Cond.Wait", CORE_OP_COND_WAIT},
    {"sync.Mutex.Lock", CORE_OP_LOCK},
    {"sync.RWMutex.Lock", CORE_OP_LOCK},
    {"sync.RWMutex.RLock", CORE_OP_READ_LOCK},
    {"sync.WaitGroup.Wait", CORE_OP_SEM_WAIT},
    {"sleep", CORE_OP_SLEEP},
    {"IO wait", CORE_OP_IO_READ},
};

enum core_op rt_go_op_of_wait(const struct rt_go_turn *u)
{
    for (size_t i = 0; i < sizeof ops / sizeof ops[0]; i++)
        if (!rt_strncmp(u->reason, ops[i].reason, rt_strlen(ops[i].reason)))
            return ops[i].op;
    return u->turn.task.op > CORE_OP_FENCE ? u->turn.task.op : CORE_OP_EXTERNAL;
}

/* Go's own account, which knows frames that the compiler did not tell us of. */
static rt_stack stack_of(const struct rt_go_waiting *w, struct rt_go_turn *u)
{
    rt_stack s = 0;
    if (!w->depth)
        return rt_stack_capture(u->turn.thread, rt_go_place(u));
    for (uint64_t i = w->depth; i-- > 0;)
        s = rt_stack_push(s, w->pcs[i]);
    return s;
}

static struct rt_go_turn *take(const struct rt_go_waiting *w)
{
    struct rt_go_turn *u = rt_go_turn_adopt(w->thread);
    rt_go_waits(u, w->reason, w->reason_length);
    u->turn.stack = stack_of(w, u);
    return u;
}

/* ---- condition variables ---- */

/* By address: how many wait, and whether it was signalled while nobody did. */
static struct rt_numbering conds;
#define IN_VAIN (1u << 31)

void rt_go_cond_signalled(rt_addr cond)
{
    struct rt_numbered *c = cond ? rt_number(&conds, cond) : NULL;
    if (c && !c->count)
        c->count = IN_VAIN;
}

void rt_go_cond_waits(rt_addr cond, int more)
{
    struct rt_numbered *c = cond ? rt_number(&conds, cond) : NULL;
    if (c)
        c->count += (uint32_t)more;
}

static bool missed_signal(const struct rt_go_turn *u)
{
    const struct rt_numbered *c =
        u->turn.wait.op == CORE_OP_COND_WAIT ? rt_numbered(&conds, u->turn.wait.object) : NULL;
    return c && (c->count & IN_VAIN);
}

/* ---- findings ---- */

void __reprise_go_stuck(const struct rt_go_waiting *waiting, uint64_t count)
{
    bool lost = false;
    struct rt_turn *first = NULL;
    if (!rt_controlled() || !count)
        return;
    for (uint64_t i = 0; i < count; i++) {
        struct rt_go_turn *u = take(&waiting[i]);
        lost |= missed_signal(u);
        if (!first || u->turn.task.id < first->task.id)
            first = &u->turn;
    }
    rt_go_gate_enter(&first->thread->own);
    rt_hang_report(first, lost ? RT_FINDING_LOST_WAKEUP : RT_FINDING_STUCK);
    rt_hang_end_run();
}

/* In the order of birth, which Go's list has no more. */
static void add_all(struct rt_finding *f, const struct rt_go_waiting *waiting, uint64_t count)
{
    for (uint64_t from = 0; f->nstack < RT_FINDING_STACKS;) {
        const struct rt_turn *next = NULL;
        for (uint64_t i = 0; i < count; i++) {
            const struct rt_turn *u = waiting[i].thread->turn;
            if (u->task.id >= from && (!next || u->task.id < next->task.id))
                next = u;
        }
        if (!next)
            return;
        rt_hang_add_wait(f, next);
        from = next->task.id + 1ull;
    }
}

void __reprise_go_leaked(const struct rt_go_waiting *waiting, uint64_t count)
{
    if (!rt_controlled() || !count)
        return;
    for (uint64_t i = 0; i < count; i++)
        take(&waiting[i]);
    struct rt_thread *t = waiting[0].thread;
    rt_go_gate_enter(&t->own);
    struct rt_finding *f = rt_finding_begin(t, RT_FINDING_GOROUTINE_LEAK);
    if (f) {
        add_all(f, waiting, count);
        f->leak_count = (unsigned)count;
        rt_finding_end(t, f);
    }
    rt_go_gate_leave(&t->own);
}
