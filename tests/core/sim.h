/*
 * A simulator of threaded programs: a host for strategies that needs no runtime.
 *
 * A program is C code; its threads are coroutines of one real thread, and each sim_ call below is
 * a schedule point, so a run is a function of the program and of the strategy's answers:
 *
 *     static struct sim_var x;
 *     static void child(void *arg) { sim_write(&x, sim_read(&x) + 1); }
 *     static void program(void *arg) { sim_spawn(child, NULL); child(NULL); sim_fail_if(...); }
 *
 *     sim_run(&(struct sim_input){.program = program, .config = config});
 *     if (sim.failed) ...
 *
 * The rules are those of the runtime (src/runtime/turn.h): a blocked operation is tried again when
 * its object was woken, a thread that only looks for long counts as one that gives way. Shared
 * objects are zero at the start of each run if the program makes them so. For one thread.
 */
#ifndef REPRISE_TESTS_SIM_H
#define REPRISE_TESTS_SIM_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

#include "core/schedule.h"
#include "core/strategy.h"

enum {
    SIM_TASKS = 128,
    SIM_STACK_BYTES = 32768,
    SIM_OBJECTS = 1024,
    SIM_ITEMS = 65536,
    SIM_LOOKS_MAX = 64, /* points that only look, in a row: seems to spin */
    SIM_RUN_MAX = 2048, /* points of any kind in a row */
};

struct sim_var {
    long value;
};

struct sim_mutex {
    bool held;
};

struct sim_cond {
    int unused;
};

typedef void sim_body(void *arg);

/* Asked instead of the strategy. Returns an index into p->ready. */
typedef size_t sim_chooser(const struct core_pick *p);

struct sim_input {
    sim_body *program;
    void *arg;
    struct core_strategy_config config;
    sim_chooser *chooser; /* NULL: the strategy */
    uint64_t max_steps;   /* 0: 200000 */
    struct core_profile *profile_out;
    void (*on_step)(const struct core_task *t); /* each operation, as it is done; NULL: nothing */
};

struct sim_thread {
    struct core_task task;
    ucontext_t context;
    sim_body *body;
    void *arg;
    bool blocked, ended;
    const void *waits_for;
    unsigned looks, run;
};

static struct sim {
    /* how the run ended */
    bool failed, deadlock, livelock;
    uint64_t steps, switches, picks;
    uint64_t hash; /* of all steps */
    struct core_strategy strategy;
    struct core_item items[SIM_ITEMS]; /* what differed from the base rule */
    uint32_t nitems;
    /* inside */
    const struct sim_input *input;
    struct sim_thread threads[SIM_TASKS];
    uint32_t nthreads;
    struct core_task *ready[SIM_TASKS];
    size_t nready;
    struct sim_thread *now;
    ucontext_t home;
    const void *objects[SIM_OBJECTS];
    uint32_t nobjects;
    const void *sites[SIM_OBJECTS];
    uint32_t nsites;
    char *stacks;
    bool over;
} sim;

/* ---- inside ---- */

static uint32_t sim_number(const void **table, uint32_t *n, const void *thing)
{
    if (!thing)
        return 0;
    for (uint32_t i = 0; i < *n; i++)
        if (table[i] == thing)
            return i + 1;
    if (*n == SIM_OBJECTS)
        abort();
    table[(*n)++] = thing;
    return *n;
}

static struct sim_thread *sim_thread_of(struct core_task *t)
{
    return &sim.threads[t->id];
}

static void sim_ready(struct sim_thread *t)
{
    size_t i = sim.nready++;
    for (; i && sim.ready[i - 1]->id > t->task.id; i--)
        sim.ready[i] = sim.ready[i - 1];
    sim.ready[i] = &t->task;
}

static void sim_unready(struct sim_thread *t)
{
    size_t i = 0;
    while (sim.ready[i] != &t->task)
        i++;
    for (sim.nready--; i < sim.nready; i++)
        sim.ready[i] = sim.ready[i + 1];
}

static void sim_record(const struct core_task *t, enum core_choice choice, uint32_t to)
{
    if (sim.nitems == SIM_ITEMS)
        abort();
    sim.items[sim.nitems++] = (struct core_item){.task = t->id,
                                                 .point = t->points,
                                                 .to = to,
                                                 .choice = (uint8_t)choice,
                                                 .check = core_item_check(t->op, t->object)};
}

/* Back to sim_run, for good. */
static void sim_stop(void)
{
    sim.over = true;
    setcontext(&sim.home);
}

static struct sim_thread *sim_pick(struct sim_thread *last, bool runs_on, bool yields)
{
    struct core_pick p = {sim.ready, sim.nready, &last->task, runs_on, yields};
    struct core_task *base = core_base_pick(&p);
    struct core_task *next = sim.input->chooser ? sim.ready[sim.input->chooser(&p)]
                                                : core_strategy_pick(&sim.strategy, &p);
    sim.picks++;
    if (next != base)
        sim_record(&last->task, CORE_CHOICE_SWITCH, next->id);
    if (next != &last->task) {
        sim.switches++;
        sim_thread_of(next)->run = 0;
    }
    return sim_thread_of(next);
}

static void sim_done(void)
{
    struct core_task *t = &sim.now->task;
    sim.hash = core_mix(sim.hash ^ (t->id << 8 | t->op) ^ (uint64_t)t->object << 32);
    if (sim.input->on_step)
        sim.input->on_step(t);
}

static void sim_go(struct sim_thread *next)
{
    struct sim_thread *me = sim.now;
    sim.now = next;
    if (next != me)
        swapcontext(&me->context, &next->context);
}

static void sim_announce(enum core_op op, const void *object)
{
    struct core_task *t = &sim.now->task;
    t->op = op;
    t->object = sim_number(sim.objects, &sim.nobjects, object);
    t->points++;
    if (++sim.steps > (sim.input->max_steps ? sim.input->max_steps : 200000)) {
        sim.livelock = true;
        sim_stop();
    }
}

static bool sim_spins(struct sim_thread *me)
{
    bool looks = core_op_effect(me->task.op) != CORE_OP_CHANGES;
    me->looks = looks ? me->looks + 1 : 0;
    me->run++;
    if (me->looks < SIM_LOOKS_MAX && me->run < SIM_RUN_MAX)
        return false;
    me->looks = me->run = 0;
    return true;
}

/* The operation is done when this returns. */
static void sim_point_at(enum core_op op, const void *object, const void *site)
{
    struct sim_thread *me = sim.now;
    sim_announce(op, object);
    me->task.site = sim_number(sim.sites, &sim.nsites, site);
    bool wants = core_strategy_wants(&sim.strategy), yields = sim_spins(me) || op == CORE_OP_YIELD;
    if (wants || yields || sim.input->chooser)
        sim_go(sim_pick(me, true, yields));
    sim_done();
}

/* The caller's address tells sites apart; the functions below are not inlined for that. */
#define SIM_SITE __builtin_return_address(0)
#define SIM_CALL static __attribute__((noinline, unused))

static void sim_leave_to_others(struct sim_thread *me)
{
    sim_unready(me);
    if (!sim.nready) {
        for (uint32_t i = 0; i < sim.nthreads; i++)
            sim.deadlock |= sim.threads[i].blocked;
        sim_stop();
    }
}

static void sim_wait(enum core_op op, const void *object)
{
    struct sim_thread *me = sim.now;
    sim_announce(op, object);
    me->blocked = true;
    me->waits_for = object;
    sim_leave_to_others(me);
    sim_go(sim_pick(me, false, false));
}

static void sim_wake_one(struct sim_thread *t)
{
    t->blocked = false;
    sim_ready(t);
    core_strategy_woken(&sim.strategy, &t->task);
}

static void sim_wake(const void *object)
{
    for (uint32_t i = 0; i < sim.nthreads; i++)
        if (sim.threads[i].blocked && sim.threads[i].waits_for == object)
            sim_wake_one(&sim.threads[i]);
}

static void sim_entry(void)
{
    struct sim_thread *me = sim.now;
    sim_done();
    me->body(me->arg);
    sim_announce(CORE_OP_EXIT, NULL);
    sim_done();
    me->ended = true;
    sim_wake(me);
    sim_leave_to_others(me);
    core_strategy_gone(&sim.strategy, &me->task);
    sim.now = sim_pick(me, false, false);
    setcontext(&sim.now->context);
}

static uint32_t sim_new(sim_body *body, void *arg)
{
    if (sim.nthreads == SIM_TASKS)
        abort();
    uint32_t id = sim.nthreads++;
    struct sim_thread *t = &sim.threads[id];
    *t = (struct sim_thread){.task = {.id = id, .op = CORE_OP_START}, .body = body, .arg = arg};
    t->task.site = sim_number(sim.sites, &sim.nsites, (const void *)(size_t)body);
    getcontext(&t->context);
    t->context.uc_stack.ss_sp = sim.stacks + (size_t)id * SIM_STACK_BYTES;
    t->context.uc_stack.ss_size = SIM_STACK_BYTES;
    makecontext(&t->context, sim_entry, 0);
    core_strategy_born(&sim.strategy, &t->task);
    sim_ready(t);
    return id;
}

/* ---- running ---- */

SIM_CALL void sim_run(const struct sim_input *input)
{
    static char *stacks;
    if (!stacks)
        stacks = malloc((size_t)SIM_TASKS * SIM_STACK_BYTES);
    sim.failed = sim.deadlock = sim.livelock = sim.over = false;
    sim.steps = sim.switches = sim.picks = sim.hash = 0;
    sim.nitems = sim.nthreads = sim.nobjects = sim.nsites = 0;
    sim.nready = 0;
    sim.stacks = stacks;
    sim.input = input;
    core_strategy_init(&sim.strategy, &input->config);
    sim_new(input->program, input->arg);
    sim.now = &sim.threads[0];
    getcontext(&sim.home);
    if (!sim.over)
        setcontext(&sim.now->context);
}

/* ---- for programs ---- */

SIM_CALL long sim_read(struct sim_var *x)
{
    sim_point_at(CORE_OP_READ, x, SIM_SITE);
    return x->value;
}

SIM_CALL void sim_write(struct sim_var *x, long value)
{
    sim_point_at(CORE_OP_WRITE, x, SIM_SITE);
    x->value = value;
}

SIM_CALL long sim_atomic_load(struct sim_var *x)
{
    sim_point_at(CORE_OP_ATOMIC_LOAD, x, SIM_SITE);
    return x->value;
}

SIM_CALL void sim_atomic_store(struct sim_var *x, long value)
{
    sim_point_at(CORE_OP_ATOMIC_STORE, x, SIM_SITE);
    x->value = value;
}

/* Returns what was there. */
SIM_CALL long sim_atomic_add(struct sim_var *x, long n)
{
    sim_point_at(CORE_OP_ATOMIC_RMW, x, SIM_SITE);
    x->value += n;
    return x->value - n;
}

SIM_CALL bool sim_atomic_cas(struct sim_var *x, long from, long to)
{
    sim_point_at(CORE_OP_ATOMIC_RMW, x, SIM_SITE);
    bool same = x->value == from;
    if (same)
        x->value = to;
    return same;
}

SIM_CALL void sim_yield(void)
{
    sim_point_at(CORE_OP_YIELD, NULL, SIM_SITE);
}

SIM_CALL void sim_lock(struct sim_mutex *m)
{
    sim_point_at(CORE_OP_LOCK, m, SIM_SITE);
    while (m->held)
        sim_wait(CORE_OP_LOCK, m);
    m->held = true;
}

SIM_CALL bool sim_trylock(struct sim_mutex *m)
{
    sim_point_at(CORE_OP_TRY_LOCK, m, SIM_SITE);
    bool taken = !m->held;
    m->held = true;
    return taken;
}

SIM_CALL void sim_unlock(struct sim_mutex *m)
{
    sim_point_at(CORE_OP_UNLOCK, m, SIM_SITE);
    m->held = false;
    sim_wake(m);
}

SIM_CALL void sim_cond_wait(struct sim_cond *c, struct sim_mutex *m)
{
    sim_point_at(CORE_OP_COND_WAIT, c, SIM_SITE);
    m->held = false;
    sim_wake(m);
    sim_wait(CORE_OP_COND_WAIT, c);
    while (m->held)
        sim_wait(CORE_OP_LOCK, m);
    m->held = true;
}

SIM_CALL void sim_cond_signal(struct sim_cond *c)
{
    struct sim_thread *waiters[SIM_TASKS];
    uint32_t n = 0;
    sim_point_at(CORE_OP_COND_SIGNAL, c, SIM_SITE);
    for (uint32_t i = 0; i < sim.nthreads; i++)
        if (sim.threads[i].blocked && sim.threads[i].waits_for == c)
            waiters[n++] = &sim.threads[i];
    if (!n)
        return;
    uint32_t chosen = n > 1 ? core_strategy_choose(&sim.strategy, &sim.now->task, n) : 0;
    if (chosen)
        sim_record(&sim.now->task, CORE_CHOICE_OTHER, chosen);
    sim_wake_one(waiters[chosen]);
}

SIM_CALL void sim_cond_broadcast(struct sim_cond *c)
{
    sim_point_at(CORE_OP_COND_BROADCAST, c, SIM_SITE);
    sim_wake(c);
}

SIM_CALL uint32_t sim_spawn(sim_body *body, void *arg)
{
    sim_point_at(CORE_OP_CREATE, NULL, SIM_SITE);
    return sim_new(body, arg);
}

SIM_CALL void sim_join(uint32_t id)
{
    sim_point_at(CORE_OP_JOIN, NULL, SIM_SITE);
    while (!sim.threads[id].ended)
        sim_wait(CORE_OP_JOIN, &sim.threads[id]);
}

/* The run ends here as one that failed. */
SIM_CALL void sim_fail(void)
{
    sim.failed = true;
    sim_stop();
}

#endif
