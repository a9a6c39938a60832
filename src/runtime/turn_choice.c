#include "turn_state.h"

enum core_strategy_kind rt_strategy;
struct rt_turns rt_turns;

/* A thread seems to spin after so many points in a row that only look, or of any kind. */
enum { LOOKS_MAX = 64, RUN_MAX = 2048 };

/* ---- who there is, and who waits ---- */

void rt_turn_list(struct rt_turn *u)
{
    u->next = rt_turns.all;
    if (rt_turns.all)
        rt_turns.all->previous = u;
    rt_turns.all = u;
}

void rt_turn_unlist(struct rt_turn *u)
{
    if (u->previous)
        u->previous->next = u->next;
    else
        rt_turns.all = u->next;
    if (u->next)
        u->next->previous = u->previous;
}

void rt_turn_link_waiting(struct rt_turn *u)
{
    u->previous_waiting = rt_turns.last_waiting;
    u->next_waiting = NULL;
    if (rt_turns.last_waiting)
        rt_turns.last_waiting->next_waiting = u;
    else
        rt_turns.first_waiting = u;
    rt_turns.last_waiting = u;
}

void rt_turn_unlink_waiting(struct rt_turn *u)
{
    if (u->previous_waiting)
        u->previous_waiting->next_waiting = u->next_waiting;
    else
        rt_turns.first_waiting = u->next_waiting;
    if (u->next_waiting)
        u->next_waiting->previous_waiting = u->previous_waiting;
    else
        rt_turns.last_waiting = u->previous_waiting;
}

/* ---- who is ready ---- */

static void grow(void)
{
    uint32_t capacity = rt_turns.capacity ? rt_turns.capacity * 2 : 64;
    struct core_task **ready = core_alloc(capacity * sizeof *ready);
    for (uint32_t i = 0; i < rt_turns.nready; i++)
        ready[i] = rt_turns.ready[i];
    if (rt_turns.ready)
        core_free(rt_turns.ready, rt_turns.capacity * sizeof *ready);
    rt_turns.ready = ready;
    rt_turns.capacity = capacity;
}

void rt_turn_ready(struct rt_turn *u)
{
    if (rt_turns.nready == rt_turns.capacity)
        grow();
    uint32_t i = rt_turns.nready++;
    for (; i > 0 && rt_turns.ready[i - 1]->id > u->task.id; i--)
        rt_turns.ready[i] = rt_turns.ready[i - 1];
    rt_turns.ready[i] = &u->task;
    u->state = RT_TURN_READY;
    u->ran = rt_turns.steps;
}

void rt_turn_unready(struct rt_turn *u)
{
    uint32_t i = 0;
    for (uint32_t end = rt_turns.nready; i < end;) {
        uint32_t middle = (i + end) / 2;
        if (rt_turns.ready[middle]->id < u->task.id)
            i = middle + 1;
        else
            end = middle;
    }
    if (i == rt_turns.nready || rt_turns.ready[i] != &u->task)
        return;
    rt_turns.nready--;
    for (; i < rt_turns.nready; i++)
        rt_turns.ready[i] = rt_turns.ready[i + 1];
}

/* ---- the choice ---- */

struct rt_turn *rt_turn_pick_of(struct core_task *const *ready, uint32_t count,
                                struct rt_turn *last, bool yields)
{
    bool ended = last->state == RT_TURN_ENDED;
    bool runs_on = last->state == RT_TURN_READY || last->state == RT_TURN_RUNNING;
    struct core_pick p = {ready, count, &last->task, runs_on, yields};
    struct core_task *base = core_base_pick(&p);
    struct core_task *next = core_strategy_pick(&rt_turns.strategy, &p);
    if (next != &last->task || next != base)
        rt_record_switch(&last->task, next, base,
                         ended    ? RT_WHY_END
                         : yields ? RT_WHY_YIELD
                                  : (runs_on ? RT_WHY_PREEMPT : RT_WHY_WAIT));
    rt_turns.switches += next != &last->task;
    return rt_turn_of(next);
}

struct rt_turn *rt_turn_pick(struct rt_turn *last, bool yields)
{
    return rt_turn_pick_of(rt_turns.ready, rt_turns.nready, last, yields);
}

/* ---- what the running one does ---- */

void rt_turn_step(struct rt_turn *me, rt_pc pc, enum core_op op, rt_addr object)
{
    const struct rt_frame *frame;
    me->task.op = op;
    me->task.object = rt_record_object(object);
    me->task.site = rt_record_place(rt_turn_place(me, pc, &frame));
    me->task.points++;
    me->pc = pc;
    rt_turns.steps++;
    rt_record_step(me, pc);
    if (core_unlikely(rt_turns.steps >= rt_turns.attention || rt_turns.fds_changed))
        rt_turn_attend(me);
}

/* Nobody else had the turn for long: does it wait for what another thread has to do? */
bool rt_turn_spins(struct rt_turn *me, enum core_op op)
{
    bool looks = core_op_effect(op) != CORE_OP_CHANGES || op == CORE_OP_TRY_LOCK;
    me->looks = looks ? me->looks + 1 : 0;
    if (core_likely(++me->run < RUN_MAX && me->looks < LOOKS_MAX))
        return false;
    me->run = me->looks = 0;
    return true;
}

void rt_turn_look_after_fairness(const struct rt_turn *me)
{
    rt_turns.unfair = false;
    for (uint32_t i = 0; i < rt_turns.nready; i++) {
        const struct rt_turn *u = rt_turn_of(rt_turns.ready[i]);
        rt_turns.unfair |= u != me && u->ran + RT_TURN_PATIENCE < rt_turns.steps;
    }
}
