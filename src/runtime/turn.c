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
#include "sys/sys.h"
#include "turn_access.h"

#include <errno.h>
#include <sys/syscall.h>

enum core_strategy_kind rt_strategy;
struct rt_turns rt_turns;

/* A thread seems to spin after so many points in a row that only look, or of any kind; and to wait
 * for who sleeps when it has given way so often and nobody was there. */
enum { LOOKS_MAX = 64, RUN_MAX = 2048, ALONE_MAX = 64, LEAVER_LOOKS = 1000 };

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

/* ---- passing the turn ---- */

struct rt_turn *rt_turn_pick(struct rt_turn *last, bool yields)
{
    bool ended = last->state == RT_TURN_ENDED;
    bool runs_on = last->state == RT_TURN_READY || last->state == RT_TURN_RUNNING;
    struct core_pick p = {rt_turns.ready, rt_turns.nready, &last->task, runs_on, yields};
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
    if (core_unlikely(yields && rt_turns.nready == 1) && ++me->alone >= ALONE_MAX) {
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

static RT_COLD void attend(struct rt_turn *me)
{
    if (rt_options.max_steps && rt_turns.steps >= (uint64_t)rt_options.max_steps)
        rt_hang_livelock(me);
    core_lock_acquire(&rt_turns.lock);
    rt_turn_expire();
    rt_turn_look_at_fds();
    rt_turns.unfair = false;
    for (uint32_t i = 0; i < rt_turns.nready; i++) {
        const struct rt_turn *u = rt_turn_of(rt_turns.ready[i]);
        rt_turns.unfair |= u != me && u->ran + RT_TURN_PATIENCE < rt_turns.steps;
    }
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
        attend(me);
}

struct rt_turn *rt_turn_mine(struct rt_thread *t)
{
    struct rt_turn *me = t->turn;
    if (core_unlikely(me && me->outside)) /* program code below a real function: a callback */
        rt_turn_outside_end(t);
    return me;
}

/* Nobody else had the turn for long: does it wait for what another thread has to do? */
static bool spins(struct rt_turn *me, enum core_op op)
{
    bool looks = core_op_effect(op) != CORE_OP_CHANGES || op == CORE_OP_TRY_LOCK;
    me->looks = looks ? me->looks + 1 : 0;
    if (core_likely(++me->run < RUN_MAX && me->looks < LOOKS_MAX))
        return false;
    me->run = me->looks = 0;
    return true;
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
    bool wants = core_strategy_wants(&rt_turns.strategy), yields = spins(me, op) || rt_turns.unfair;
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
    u->next = rt_turns.all;
    if (rt_turns.all)
        rt_turns.all->previous = u;
    rt_turns.all = u;
    core_lock_release(&rt_turns.lock);
    return u;
}

/* Lock held. */
static void unlist(struct rt_turn *u)
{
    if (u->previous)
        u->previous->next = u->next;
    else
        rt_turns.all = u->next;
    if (u->next)
        u->next->previous = u->previous;
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
    unlist(u);
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
    unlist(me);
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

/* ---- the seed ---- */

static struct core_schedule schedule;

/* From the file of the option schedule. False: said why. */
static bool read_schedule(struct core_strategy_config *config)
{
    struct rt_text text = {0};
    int error = rt_file_read(rt_options.schedule, &text);
    while (!error && text.length && (unsigned char)text.data[text.length - 1] <= ' ')
        text.data[--text.length] = '\0';
    long count = error ? error : core_schedule_count(text.data ? text.data : "");
    if (count >= 0) {
        schedule.items = core_alloc((size_t)(count + 1) * sizeof *schedule.items);
        count = core_schedule_decode(&schedule, text.data);
    }
    rt_text_free(&text);
    if (count < 0) {
        rt_say("schedule='%s': %s; the kernel schedules", rt_options.schedule,
               error ? rt_error_text(-error) : "not a whole schedule string");
        return false;
    }
    schedule.strict = schedule.strategy[0] != '\0';
    config->schedule = &schedule;
    return true;
}

/* From the file of the option profile. Without one, or a good one, the strategy learns as it goes.
 */
static void read_profile(struct core_strategy_config *config)
{
    struct rt_text text = {0};
    if (!rt_options.profile[0])
        return;
    struct core_profile *profile = core_alloc(sizeof *profile);
    int error = rt_file_read(rt_options.profile, &text);
    if (!error)
        error = core_profile_parse(profile, text.data ? text.data : "", text.length);
    if (error)
        rt_say("profile='%s': %s; the run does without", rt_options.profile,
               error == -EINVAL ? "not a profile" : rt_error_text(error));
    else
        config->profile = profile;
    rt_text_free(&text);
}

/* What the options say. OS when they are wrong, after one line. */
static struct core_strategy_config configure(void)
{
    struct core_strategy_config config = {0};
    const char *text = rt_options.strategy;
    if (!text[0])
        text = rt_options.schedule[0] ? "list" : rt_options.seed[0] ? "random" : "os";
    if (core_strategy_parse(&config, text)) {
        rt_say("strategy='%s' is not one that is known; the kernel schedules", text);
        return (struct core_strategy_config){0};
    }
    config.seed = core_seed_hash(rt_options.seed);
    read_profile(&config);
    if (config.kind == CORE_STRATEGY_LIST && !read_schedule(&config))
        config.kind = CORE_STRATEGY_OS;
    return config;
}

void rt_turn_init(void)
{
    struct core_strategy_config config = configure();
    struct rt_thread *t = rt_self();
    if (!t)
        return;
    if (config.kind == CORE_STRATEGY_DELAY)
        rt_delay_init();
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
