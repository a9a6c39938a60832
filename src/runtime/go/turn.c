/* The lives of goroutines under a controlled strategy, and their steps. */
#include "../../core/schedule.h"
#include "../delay.h"
#include "../event.h"
#include "../options.h"
#include "../stack.h"
#include "../stack_name.h"
#include "../sys/sys.h"
#include "../turn_access.h"
#include "../turn_trace.h"
#include "turns.h"

struct rt_go_turns rt_go_turns;

#define START_OF_DAY_S 1767225600ull /* virtual time begins: 2026-01-01, UTC */

/* ---- the seed ---- */

/* Random numbers follow the seed, also when a schedule decides who runs. */
static void take_seed(struct core_strategy_config *config)
{
    if (!rt_options.seed[0] && config->schedule)
        config->seed = core_seed_hash(config->schedule->seed);
}

static void begin_controlled(const struct core_strategy_config *config)
{
    rt_record_init();
    rt_turn_access_init();
    core_strategy_init(&rt_turns.strategy, config);
    rt_turns.attention = RT_TURN_FAIR_EVERY;
}

void __reprise_go_begin(struct rt_go_begin *out)
{
    struct core_strategy_config config = rt_turn_configure();
    rt_go_turns.begun = true;
    rt_filters_allowed = true; /* Go tells of its collections, too */
    rt_go_turns.repeats = out->again != NULL;
    *out = (struct rt_go_begin){.steps = &rt_turns.steps, .again = rt_go_again()};
    if (config.kind != CORE_STRATEGY_OS && !rt_enabled) {
        rt_say("races are not detected, so there is nobody to follow the seed");
        return;
    }
    take_seed(&config);
    if (config.kind == CORE_STRATEGY_DELAY) {
        rt_delay_init();
        rt_stack_name_init();
        out->mode = RT_GO_DELAY;
    } else if (core_strategy_is_controlled(config.kind)) {
        begin_controlled(&config);
        out->mode = RT_GO_CONTROLLED;
        out->virtual_time = rt_options.virtual_time;
        out->start_wall_s = START_OF_DAY_S;
    }
    out->seed = rt_go_turns.seed = config.seed;
    rt_strategy = config.kind;
}

void rt_go_expect_begin(void)
{
    if (rt_go_turns.begun || rt_turn_configure().kind == CORE_STRATEGY_OS)
        return;
    rt_say("this program was built for a Go that reprise has no seeds for; it finds races only");
    sys_exit(125);
}

/* ---- birth and end ---- */

/* parent NULL: Go's runtime started it, a timer for example. */
static struct rt_go_turn *turn_new(struct rt_thread *t, struct rt_go_turn *parent)
{
    static uint64_t children_of_nobody;
    struct rt_go_turn *u = core_alloc(sizeof *u);
    u->turn.thread = t;
    u->turn.task.id = rt_go_turns.born++;
    u->turn.task.op = CORE_OP_START;
    u->turn.task.site = parent ? parent->turn.task.site : 0;
    u->path = core_mix((parent ? parent->path : 0) +
                       core_mix(parent ? ++parent->children : ++children_of_nobody));
    t->turn = &u->turn;
    rt_turn_list(&u->turn);
    core_strategy_born(&rt_turns.strategy, &u->turn.task);
    rt_turn_ready(&u->turn);
    return u;
}

struct rt_go_turn *rt_go_turn_adopt(struct rt_thread *t)
{
    struct rt_go_turn *u = rt_go_turn_of(t);
    return u ? u : turn_new(t, NULL);
}

void __reprise_go_born(struct rt_thread *parent, struct rt_thread *child)
{
    if (!rt_controlled() || !child || child->turn)
        return;
    struct rt_go_turn *from = rt_go_turn_of(parent);
    struct rt_go_turn *u = turn_new(child, from);
    if (from)
        rt_record_born(&from->turn, &u->turn);
}

void rt_go_turn_free_ended(void)
{
    if (rt_go_turns.ended)
        core_free(rt_go_turns.ended, sizeof *rt_go_turns.ended);
    rt_go_turns.ended = NULL;
}

void __reprise_go_gone(struct rt_thread *t)
{
    struct rt_go_turn *u = rt_go_turn_of(t);
    if (!u || !rt_controlled())
        return;
    rt_go_runs(u);
    rt_turn_step(&u->turn, 0, CORE_OP_EXIT, 0);
    rt_turn_unready(&u->turn);
    u->turn.state = RT_TURN_ENDED;
    core_strategy_gone(&rt_turns.strategy, &u->turn.task);
    rt_turn_unlist(&u->turn);
    t->turn = NULL;
    if (rt_turns.holder == &u->turn)
        rt_turns.holder = NULL;
    rt_go_turn_free_ended();
    rt_go_turns.ended = u;
}

/* ---- waiting ---- */

static void end_wait(struct rt_go_turn *u)
{
    if (u->turn.wait.op == CORE_OP_COND_WAIT)
        rt_go_cond_waits(u->turn.wait.object, -1);
    rt_turn_unlink_waiting(&u->turn);
    rt_turn_ready(&u->turn);
}

void rt_go_waits(struct rt_go_turn *u, const char *reason, uint64_t length)
{
    size_t n = 0;
    if (u->turn.state == RT_TURN_WAITING)
        return;
    for (; n < length && n + 1 < sizeof u->reason; n++)
        u->reason[n] = reason[n];
    u->reason[n] = '\0';
    rt_turn_unready(&u->turn);
    u->turn.state = RT_TURN_WAITING;
    enum core_op op = rt_go_op_of_wait(u);
    u->turn.wait = (struct rt_wait){
        .op = op, .object = op == u->turn.task.op ? u->object : 0, .reason = u->reason};
    if (u->turn.wait.op == CORE_OP_COND_WAIT)
        rt_go_cond_waits(u->turn.wait.object, 1);
    rt_turn_link_waiting(&u->turn);
    u->asked = true;
}

rt_pc rt_go_place(const struct rt_go_turn *u)
{
    const struct rt_frame *top = u->turn.thread->own.top;
    return top && top[-1].hash == u->context ? u->turn.pc : 0;
}

/* A wait is a step: who comes next is another choice than that at the point before, and schedules
 * tell them apart by the count. */
void __reprise_go_wait(struct rt_thread *t, const char *reason, uint64_t length)
{
    struct rt_go_turn *u = rt_go_turn_of(t);
    if (!u || u->turn.state == RT_TURN_WAITING)
        return;
    rt_go_waits(u, reason, length);
    if (!rt_go_alone())
        rt_turn_step(&u->turn, rt_go_place(u), u->turn.wait.op, u->turn.wait.object);
    rt_record_wait(&u->turn);
}

void rt_go_is_ready(struct rt_go_turn *u)
{
    if (u->turn.state != RT_TURN_WAITING)
        return;
    end_wait(u);
    core_strategy_woken(&rt_turns.strategy, &u->turn.task);
}

void __reprise_go_ready(struct rt_thread *t)
{
    struct rt_go_turn *u = rt_go_turn_of(t);
    if (u)
        rt_go_is_ready(u);
}

/* A park that came to nothing ends without a word. */
void rt_go_runs(struct rt_go_turn *u)
{
    if (u->turn.state == RT_TURN_WAITING)
        end_wait(u);
    u->turn.state = RT_TURN_RUNNING;
}

/* Goroutines wait outside of the runtime. */
bool rt_turn_is_parked(const struct rt_thread *t)
{
    (void)t;
    return false;
}

/* ---- steps ---- */

/* Where the program is: pc, or where the function that runs was called. */
rt_pc rt_turn_place(const struct rt_turn *me, rt_pc pc, const struct rt_frame **frame)
{
    const struct rt_thread *t = me->thread;
    *frame = t->tls ? t->tls->top : NULL;
    rt_pc at = pc;
    if (!at && *frame && *frame > t->frames + 1)
        at = (--*frame)->pc;
    return at ? at - 1 : 0;
}

void rt_turn_attend(struct rt_turn *me)
{
    uint64_t limit = (uint64_t)rt_options.max_steps, at = rt_turns.steps + RT_TURN_FAIR_EVERY;
    if (limit && rt_turns.steps >= limit)
        rt_hang_livelock(me);
    rt_turns.attention = limit && limit < at ? limit : at;
    rt_turn_look_after_fairness(me);
}

/* After it was asked to give way a goroutine goes on until it can, in a loop without calls until
 * Go's monitor comes by. Equal looks at what it waits for are one, however many they are. */
static bool only_looks_again(struct rt_go_turn *u, rt_pc pc, enum core_op op, rt_addr object)
{
    return u->asked && u->yields && core_op_effect(op) != CORE_OP_CHANGES &&
           rt_turn_looks_again(&u->turn, pc, object);
}

bool rt_go_step(struct rt_go_turn *u, rt_pc pc, enum core_op op, rt_addr object)
{
    rt_go_runs(u);
    bool again = only_looks_again(u, pc, op, object);
    rt_go_looks(again);
    if (again)
        return true;
    u->object = object;
    u->context = u->turn.thread->own.top[-1].hash;
    rt_turn_step(&u->turn, pc, op, object);
    bool wants = core_strategy_wants(&rt_turns.strategy);
    bool yields = rt_turn_spins(&u->turn, op) || rt_turns.unfair || op == CORE_OP_YIELD;
    wants |= yields || rt_go_timer_is_due();
    u->asked |= wants;
    u->yields |= yields;
    return wants;
}
