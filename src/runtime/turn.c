#include "turn_state.h"

#include "../core/profile.h"
#include "../core/schedule.h"
#include "delay.h"
#include "event.h"
#include "file.h"
#include "format.h"
#include "hook.h"
#include "options.h"
#include "stack.h"
#include "stack_name.h"
#include "sys/sys.h"
#include "turn_access.h"

#include <errno.h>
#include <sys/syscall.h>

enum { LEAVER_LOOKS = 1000 };

/* ---- passing the turn ---- */

struct rt_turn *rt_turn_next(struct rt_turn *last)
{
    if (rt_turns.nready)
        return rt_turn_pick(last, false);
    struct rt_turn *u = rt_turns.first_waiting;
    if (u)
        u->on_duty = true;
    return u;
}

void rt_turn_give(struct rt_turn *next)
{
    rt_turns.holder = next;
    if (!next) {
        core_lock_release(&rt_turns.lock);
        return;
    }
    next->state = RT_TURN_RUNNING;
    next->ran = rt_turns.steps;
    bool polling = next->polling;
    /* release: what was done before is done for next. From here on it may run, end and be gone; a
     * wake of what was its word wakes nobody, or in vain */
    __atomic_store_n(&next->go, 1, __ATOMIC_RELEASE);
    core_lock_release(&rt_turns.lock);
    if (polling)
        rt_turn_kick();
    else
        sys_futex_wake(&next->go, 1);
}

/* The thread that ended before may still be in libc's clean-up, which must not run beside us. */
static void await_leaver(void)
{
    pid_t leaver = rt_turns.leaver;
    if (core_likely(!leaver))
        return;
    rt_turns.leaver = 0;
    for (int looks = 0; sys_call(SYS_tgkill, sys_pid(), leaver, 0, 0, 0, 0) == 0; looks++) {
        if (leaver == sys_pid() && sys_task_state(leaver) == 'Z') /* the main thread stays */
            break;
        sys_yield();
        if (looks < LEAVER_LOOKS)
            continue;
        if (sys_task_state(leaver) == 'S') /* for a lock, in a malloc of the program's own */
            break;
        sys_sleep(&(struct timespec){0, 100000});
    }
}

void rt_turn_leave_gate(struct rt_turn *me)
{
    /* release: what it did inside is done, for rt_world_stop */
    __atomic_store_n(&me->parked, true, __ATOMIC_RELEASE);
}

void rt_turn_enter_gate(struct rt_turn *me)
{
    me->parked = false;
    __atomic_signal_fence(__ATOMIC_SEQ_CST); /* as gate_enter */
    if (core_unlikely(__atomic_load_n(&rt_world_stopped, __ATOMIC_RELAXED)))
        rt_world_wait(&rt_tls);
}

void rt_turn_park(struct rt_turn *me)
{
    rt_turn_leave_gate(me);
    /* acquire: pairs with rt_turn_give */
    while (!__atomic_load_n(&me->go, __ATOMIC_ACQUIRE))
        if (sys_futex_wait(&me->go, 0) == -EINTR && rt_tls.pending)
            rt_turn_disturbed(me);
    me->go = 0;
    await_leaver();
    rt_turn_enter_gate(me);
}

bool rt_turn_is_parked(const struct rt_thread *t)
{
    return t->turn && __atomic_load_n(&t->turn->parked, __ATOMIC_ACQUIRE);
}

static void switch_from(struct rt_turn *me, bool yields)
{
    core_lock_acquire(&rt_turns.lock);
    if (core_unlikely(yields && rt_turns.nready == 1) && ++me->alone >= RT_TURN_ALONE_MAX) {
        me->alone = 0;
        rt_turn_spins_alone();
    }
    struct rt_turn *next = rt_turn_pick(me, yields);
    if (next == me) {
        core_lock_release(&rt_turns.lock);
        return;
    }
    me->state = RT_TURN_READY;
    me->run = me->looks = me->alone = 0;
    me->ran = rt_turns.steps;
    if (core_unlikely(rt_hang_is_near()))
        me->stack = rt_stack_capture(me->thread, me->pc);
    rt_turn_give(next);
    rt_turn_park(me);
}

/* ---- points ---- */

void rt_turn_attend(struct rt_turn *me)
{
    if (rt_options.max_steps && rt_turns.steps >= (uint64_t)rt_options.max_steps)
        rt_hang_livelock(me);
    core_lock_acquire(&rt_turns.lock);
    rt_turn_expire();
    rt_turn_look_at_fds();
    rt_turn_look_after_fairness(me);
    core_lock_release(&rt_turns.lock);
}

rt_pc rt_turn_place(const struct rt_turn *me, rt_pc pc, const struct rt_frame **frame)
{
    const struct rt_frame *top = me->thread->tls ? me->thread->tls->top : NULL;
    rt_pc at = pc;
    *frame = top;
    if (top && top > me->thread->frames + 1 && (!pc || rt_is_hook(pc - 1)))
        at = (--*frame)->pc;
    return at ? at - 1 : 0;
}

struct rt_turn *rt_turn_mine(struct rt_thread *t)
{
    struct rt_turn *me = t->turn;
    if (core_unlikely(me && me->outside)) /* program code below a real function: a callback */
        rt_turn_outside_end(t);
    return me;
}

void rt_turn_point_slow(struct rt_thread *t, rt_pc pc, enum core_op op, rt_addr object)
{
    if (rt_strategy == CORE_STRATEGY_DELAY) {
        rt_delay_point(t, pc, op);
        return;
    }
    struct rt_turn *me = rt_multi ? rt_turn_mine(t) : NULL;
    if (!me)
        return;
    rt_turn_step(me, pc, op, object);
    bool wants = core_strategy_wants(&rt_turns.strategy),
         yields = rt_turn_spins(me, op) || rt_turns.unfair;
    if (core_unlikely(wants || yields))
        switch_from(me, yields);
}

void rt_turn_yield(struct rt_thread *t, rt_pc pc)
{
    struct rt_turn *me = rt_multi ? rt_turn_mine(t) : NULL;
    if (!me)
        return;
    rt_turn_step(me, pc, CORE_OP_YIELD, 0);
    switch_from(me, true);
}

uint32_t rt_turn_choose(struct rt_thread *t, uint32_t count)
{
    struct rt_turn *me = t->turn;
    if (!me || count <= 1)
        return 0;
    uint32_t chosen = core_strategy_choose(&rt_turns.strategy, &me->task, count);
    rt_record_choice(me, count, chosen);
    return chosen;
}

uint64_t rt_turn_random(void)
{
    static uint64_t state;
    core_lock_acquire(&rt_turns.lock);
    if (!state)
        state = rt_turns.strategy.config.seed ^ 0x72616e646f6d3031ull;
    uint64_t r = core_random(&state);
    core_lock_release(&rt_turns.lock);
    return r;
}

/* ---- lives ---- */

static struct rt_turn *turn_new(struct rt_thread *t)
{
    struct rt_turn *u = core_alloc(sizeof *u);
    u->thread = t;
    u->task.id = t->uid;
    u->task.op = CORE_OP_START;
    t->turn = u;
    core_lock_acquire(&rt_turns.lock);
    rt_turn_list(u);
    core_lock_release(&rt_turns.lock);
    return u;
}

void rt_turn_born(struct rt_thread *t, struct rt_thread *child)
{
    struct rt_turn *u = turn_new(child);
    if (t->turn) {
        u->task.site = t->turn->task.site; /* where it is created tells its like from others */
        rt_record_born(t->turn, u);
    }
    rt_turn_outside_start();
}

void rt_turn_unborn(struct rt_thread *t, struct rt_thread *child)
{
    struct rt_turn *u = child->turn;
    (void)t;
    if (!u)
        return;
    core_lock_acquire(&rt_turns.lock);
    rt_turn_unlist(u);
    core_lock_release(&rt_turns.lock);
    child->turn = NULL;
    core_free(u, sizeof *u);
}

void rt_turn_created(struct rt_thread *t, struct rt_thread *child)
{
    struct rt_turn *u = child->turn;
    if (!u)
        return;
    if (t->turn)
        rt_turn_leave_gate(t->turn);
    /* acquire: the child's start is complete */
    while (!__atomic_load_n(&u->arrived, __ATOMIC_ACQUIRE))
        sys_futex_wait(&u->arrived, 0);
    if (t->turn)
        rt_turn_enter_gate(t->turn);
    core_lock_acquire(&rt_turns.lock);
    core_strategy_born(&rt_turns.strategy, &u->task);
    rt_turn_ready(u);
    core_lock_release(&rt_turns.lock);
}

void rt_turn_start(struct rt_thread *child)
{
    struct rt_turn *me = child->turn;
    if (!me)
        return;
    __atomic_store_n(&me->arrived, 1, __ATOMIC_RELEASE); /* release: see rt_turn_created */
    sys_futex_wake(&me->arrived, 1);
    rt_turn_park(me);
}

rt_addr rt_turn_end_of(uint32_t uid)
{
    rt_addr end = 0;
    core_lock_acquire(&rt_turns.lock);
    for (struct rt_turn *u = rt_turns.all; u && !end; u = u->next)
        if (u->task.id == uid && u->state != RT_TURN_ENDED)
            end = (rt_addr)u;
    core_lock_release(&rt_turns.lock);
    return end;
}

void rt_turn_end(struct rt_thread *t)
{
    struct rt_turn *me = rt_turn_mine(t);
    if (!me || (rt_turns.all == me && !me->next)) /* the last one takes the process with it */
        return;
    rt_turn_step(me, 0, CORE_OP_EXIT, 0);
    rt_turn_wake(t, (rt_addr)me, RT_WAKE_ALL);
    core_lock_acquire(&rt_turns.lock);
    rt_turn_unready(me);
    me->state = RT_TURN_ENDED;
    core_strategy_gone(&rt_turns.strategy, &me->task);
    t->turn = NULL;
    struct rt_turn *next = rt_turn_next(me);
    rt_turn_unlist(me);
    core_free(me, sizeof *me);
    rt_turns.leaver = t->os_tid;
    rt_turn_give(next);
}

/* A child has choices of its own, by its parent's seed and the time of its birth. A schedule is its
 * parent's; the child has what it had when the schedule was made. */
static struct core_strategy_config config_of_child(void)
{
    struct core_strategy_config config = rt_turns.strategy.config;
    const struct core_schedule *s = config.schedule;
    if (config.kind == CORE_STRATEGY_LIST) {
        config = (struct core_strategy_config){.profile = config.profile};
        if (!s || core_strategy_parse(&config, s->strategy) || config.kind == CORE_STRATEGY_LIST)
            config.kind = CORE_STRATEGY_RR;
        config.seed = s ? core_seed_hash(s->seed) : 0;
    }
    config.seed = core_mix(config.seed + rt_turns.steps);
    return config;
}

void rt_turn_after_fork(struct rt_thread *t)
{
    struct rt_turn *me = t->turn;
    if (!me)
        return;
    rt_turns.lock.word = 0;
    rt_turns.all = me;
    me->next = me->previous = NULL;
    rt_turns.first_waiting = rt_turns.last_waiting = NULL;
    rt_turns.idler = NULL;
    rt_turns.nready = rt_turns.outside = rt_turns.waiting_fds = rt_turns.timed = 0;
    rt_turns.leaver = 0;
    rt_turn_ready(me);
    me->state = RT_TURN_RUNNING;
    me->outside = false;
    rt_turns.holder = me;
    struct core_strategy_config config = config_of_child();
    core_strategy_init(&rt_turns.strategy, &config);
    core_strategy_born(&rt_turns.strategy, &me->task);
    rt_turn_wait_after_fork();
    rt_turn_outside_after_fork();
    rt_record_after_fork();
}

void rt_turn_init(void)
{
    struct core_strategy_config config = rt_turn_configure();
    struct rt_thread *t = rt_self();
    if (!t)
        return;
    if (config.kind == CORE_STRATEGY_DELAY) {
        rt_delay_init();
        rt_stack_name_init();
    }
    if (core_strategy_is_controlled(config.kind)) {
        rt_record_init();
        rt_turn_access_init();
        core_strategy_init(&rt_turns.strategy, &config);
        struct rt_turn *me = turn_new(t);
        core_strategy_born(&rt_turns.strategy, &me->task);
        rt_turn_ready(me);
        me->state = RT_TURN_RUNNING;
        rt_turns.holder = me;
    }
    rt_strategy = config.kind;
}
