/*
 * Runs that come to no end: nobody can run (deadlock), somebody missed a signal (lost wake-up), or
 * everybody runs and nothing is reached (livelock).
 */
#include "finding.h"
#include "format.h"
#include "options.h"
#include "report_json.h"
#include "say.h"
#include "turn_state.h"

static void add(struct rt_finding *f, const struct rt_turn *u, struct rt_finding_wait what)
{
    if (f->nstack == RT_FINDING_STACKS)
        return;
    what.thread = u->thread->uid;
    what.reason = u->wait.reason;
    f->wait[f->nstack] = what;
    f->stack[f->nstack++] = u->stack;
    rt_finding_add_thread(f, u->thread->uid);
}

/* Who waits for the end of another thread is no part of the knot, mostly; by id, so that one
 * deadlock looks the same whoever came last. */
static uint64_t place_of(const struct rt_turn *u)
{
    return (uint64_t)(u->wait.op == CORE_OP_JOIN) << 32 | u->task.id;
}

void rt_hang_add_wait(struct rt_finding *f, const struct rt_turn *u)
{
    add(f, u,
        (struct rt_finding_wait){
            .op = u->wait.op, .object = u->wait.object, .holder = u->wait.holder});
}

static void add_waits(struct rt_finding *f)
{
    const struct rt_turn *next;
    for (uint64_t from = 0;; from = place_of(next) + 1) {
        next = NULL;
        for (const struct rt_turn *u = rt_turns.first_waiting; u; u = u->next_waiting)
            if (place_of(u) >= from && (!next || place_of(u) < place_of(next)))
                next = u;
        if (!next || f->nstack == RT_FINDING_STACKS)
            return;
        rt_hang_add_wait(f, next);
    }
}

void rt_hang_report(struct rt_turn *me, enum rt_finding_type type)
{
    struct rt_finding *f = rt_finding_begin(me->thread, type);
    if (!f)
        return;
    add_waits(f);
    rt_finding_end(me->thread, f);
}

_Noreturn void rt_hang_end_run(void)
{
    rt_finding_finish();
    rt_sidecar_end(rt_options.exitcode);
    rt_halt();
}

bool rt_hang_is_near(void)
{
    enum { NEAR_STEPS = 20000 };
    uint64_t limit = (uint64_t)rt_options.max_steps;
    return limit && rt_turns.steps + NEAR_STEPS >= limit;
}

/* The threads that run and run, in the order of their ids. */
static void add_runners(struct rt_finding *f)
{
    for (uint32_t i = 0; i < rt_turns.nready; i++) {
        const struct rt_turn *u = rt_turn_of(rt_turns.ready[i]);
        if (u->stack) /* else it has not run lately */
            add(f, u, (struct rt_finding_wait){.op = u->task.op, .runs = true});
    }
}

void rt_hang_livelock(struct rt_turn *me)
{
    me->thread->tls->depth++;
    struct rt_finding *f = rt_finding_begin(me->thread, RT_FINDING_LIVELOCK);
    me->stack = rt_stack_capture(me->thread, me->pc);
    if (f) {
        add_runners(f);
        add_waits(f);
        rt_finding_end(me->thread, f);
    }
    rt_hang_end_run();
}
