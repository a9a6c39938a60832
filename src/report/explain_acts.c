/* From a trace to what was done. A thread that comes to a point has not done anything yet: whether
 * it does is told by its next line. So each operation is held back as the thread's pending one
 * until that. */
#include "explain.h"
#include "module.h"

#include <stdlib.h>
#include <string.h>

struct lane {       /* a thread, while reading */
    size_t pending; /* event of the point it has come to; SIZE_MAX: none */
    size_t wait;    /* its last ACT_WAIT, while it has not gone on; SIZE_MAX: none */
    bool back;      /* it has got the turn since */
};

/* What is known of an object. */
struct thing {
    uint32_t number;
    bool has_value;
    uint8_t into; /* the value is of the bytes from here on */
    uint64_t value;
    uint32_t holder; /* TRACE_SEVERAL: nobody */
    size_t taken;    /* the act */
};

struct maker {
    struct acts *acts;
    const struct trace *trace;
    struct lane *lanes;               /* as trace->threads */
    struct thing *things;             /* hash table by number, open addressing */
    size_t things_count, things_room; /* a power of two */
    uint64_t done;
};

/* ---- objects ---- */

static struct thing *slot(struct thing *things, size_t room, uint32_t number)
{
    size_t at = (size_t)core_mix(number) & (room - 1);
    while (things[at].number && things[at].number != number)
        at = (at + 1) & (room - 1);
    return &things[at];
}

static void widen(struct maker *m)
{
    size_t room = m->things_room ? 2 * m->things_room : 256;
    struct thing *wider = calloc(room, sizeof *wider);
    if (!wider)
        abort();
    for (size_t i = 0; i < m->things_room; i++)
        if (m->things[i].number)
            *slot(wider, room, m->things[i].number) = m->things[i];
    free(m->things);
    m->things = wider;
    m->things_room = room;
}

/* number is not 0. */
static struct thing *thing(struct maker *m, uint32_t number)
{
    if (2 * m->things_count >= m->things_room)
        widen(m);
    struct thing *t = slot(m->things, m->things_room, number);
    if (!t->number) {
        *t = (struct thing){.number = number, .holder = TRACE_SEVERAL, .taken = SIZE_MAX};
        m->things_count++;
    }
    return t;
}

/* ---- acts ---- */

static struct lane *lane_of(const struct maker *m, uint32_t thread)
{
    return &m->lanes[trace_thread(m->trace, thread) - m->trace->threads];
}

static struct act *add(struct maker *m, struct act act)
{
    struct acts *acts = m->acts;
    acts->at = grow(acts->at, acts->count, &acts->capacity, sizeof *acts->at);
    act.number = m->done;
    acts->at[acts->count] = act;
    return &acts->at[acts->count++];
}

static bool is_memory(enum core_op op)
{
    return op == CORE_OP_READ || op == CORE_OP_WRITE || op == CORE_OP_ATOMIC_LOAD ||
           op == CORE_OP_ATOMIC_STORE || op == CORE_OP_ATOMIC_RMW;
}

/* Who holds what, which value is where. Of a try lock it is not known whether it succeeded. */
static void follow_object(struct maker *m, struct act *act)
{
    if (!act->object)
        return;
    struct thing *t = thing(m, act->object);
    const struct trace_event *event = &m->trace->events[act->event];
    if (act->op == CORE_OP_LOCK || act->op == CORE_OP_READ_LOCK) {
        t->holder = act->thread;
        t->taken = m->acts->count - 1;
    } else if (act->op == CORE_OP_UNLOCK && t->holder == act->thread) {
        t->holder = TRACE_SEVERAL;
        t->taken = SIZE_MAX;
    }
    if (!is_memory(act->op))
        return;
    act->has_old = t->has_value && t->into == event->into;
    act->old = t->value;
    if (event->has_value || core_op_effect(act->op) == CORE_OP_CHANGES) {
        t->has_value = event->has_value;
        t->value = event->value;
        t->into = event->into;
    }
}

/* The thread has done what it had come to. */
static void done(struct maker *m, struct lane *lane)
{
    if (lane->pending == SIZE_MAX) {
        lane->wait = SIZE_MAX; /* a second wait of one operation: the mutex of a condition */
        return;
    }
    const struct trace_event *event = &m->trace->events[lane->pending];
    m->done++;
    struct act *act = add(m, (struct act){.kind = ACT_DO,
                                          .thread = event->thread,
                                          .op = (enum core_op)event->op,
                                          .object = event->object,
                                          .event = lane->pending,
                                          .waited = lane->wait != SIZE_MAX});
    lane->pending = lane->wait = SIZE_MAX;
    follow_object(m, act);
}

/* Tried again and still busy: the earlier wait goes on. */
static bool waits_on(const struct maker *m, const struct lane *lane,
                     const struct trace_event *event)
{
    if (lane->wait == SIZE_MAX)
        return false;
    const struct act *before = &m->acts->at[lane->wait];
    return before->object == event->object && before->op == event->op;
}

static void wait_for(struct maker *m, const struct trace_event *event)
{
    struct lane *lane = lane_of(m, event->thread);
    lane->back = false;
    struct act act = {.kind = ACT_WAIT,
                      .thread = event->thread,
                      .op = (enum core_op)event->op,
                      .object = event->object,
                      .event = lane->pending,
                      .holder = TRACE_SEVERAL,
                      .taken = SIZE_MAX};
    if (waits_on(m, lane, event))
        return;
    if (lane->wait != SIZE_MAX)
        done(m, lane);
    if (event->object) {
        const struct thing *t = thing(m, event->object);
        act.holder = t->holder;
        act.taken = t->taken;
    }
    lane->wait = m->acts->count;
    add(m, act);
}

static void stop(struct maker *m, const struct trace_event *event)
{
    struct lane *lane = lane_of(m, event->thread);
    if (event->why == TRACE_ENDED)
        done(m, lane);
    struct act act = {.kind = ACT_STOP,
                      .thread = event->thread,
                      .to = event->to,
                      .why = (enum trace_why)event->why,
                      .event = lane->pending};
    if (lane->pending != SIZE_MAX) {
        act.op = (enum core_op)m->trace->events[lane->pending].op;
        act.object = m->trace->events[lane->pending].object;
    }
    add(m, act);
    lane_of(m, event->to)->back = true;
}

/* Stands in a wait, as far as is known. */
static bool is_waiting(const struct lane *lane)
{
    return lane->wait != SIZE_MAX && !lane->back;
}

/* A wait is a point of its own, right before its line. When the thread had come to that very
 * operation, this is the same one, which could not be done. */
static bool is_wait(const struct maker *m, size_t index)
{
    const struct trace_event *point = &m->trace->events[index], *wait = point + 1;
    size_t pending = lane_of(m, point->thread)->pending;
    return index + 1 < m->trace->count && wait->kind == TRACE_WAIT &&
           wait->thread == point->thread && wait->step == point->step && pending != SIZE_MAX &&
           m->trace->events[pending].op == point->op;
}

static void come_to(struct maker *m, size_t index)
{
    const struct trace_event *event = &m->trace->events[index];
    struct lane *lane = lane_of(m, event->thread);
    if (!is_wait(m, index))
        done(m, lane);
    lane->pending = index;
    if (event->aside)
        done(m, lane);
}

static void take(struct maker *m, size_t index)
{
    const struct trace_event *event = &m->trace->events[index];
    struct act act = {
        .thread = event->thread, .count = event->count, .to = event->to, .event = index};
    switch ((enum trace_kind)event->kind) {
    case TRACE_POINT:
        come_to(m, index);
        break;
    case TRACE_SWITCH:
        stop(m, event);
        break;
    case TRACE_WAIT:
        wait_for(m, event);
        break;
    case TRACE_GAP:
        if (event->thread != TRACE_SEVERAL)
            done(m, lane_of(m, event->thread));
        m->done += event->count;
        act.kind = ACT_GAP;
        add(m, act);
        break;
    case TRACE_CHOICE:
    case TRACE_FINDING:
        act.kind = event->kind == TRACE_CHOICE ? ACT_CHOICE : ACT_FINDING;
        if (act.kind == ACT_FINDING && !is_waiting(lane_of(m, event->thread)))
            done(m, lane_of(m, event->thread));
        add(m, act);
        break;
    }
}

/* Nobody could go on; else who waits at the end might have. */
static bool is_stuck(const struct trace *trace)
{
    for (size_t i = 0; i < trace->findings_count; i++)
        if (strcmp(trace->findings[i], "deadlock") == 0 ||
            strcmp(trace->findings[i], "lost-wakeup") == 0)
            return true;
    return false;
}

/* Who ran last did what it had come to, unless it waits. */
static void finish(struct maker *m)
{
    const struct trace *trace = m->trace;
    uint32_t last = 0;
    for (size_t i = 0; i < trace->count; i++)
        if (trace->events[i].thread != TRACE_SEVERAL)
            last = trace->events[i].kind == TRACE_SWITCH ? trace->events[i].to
                                                         : trace->events[i].thread;
    const struct trace_thread *thread = trace_thread(trace, last);
    for (size_t i = 0; i < trace->threads_count; i++) {
        struct lane *lane = &m->lanes[i];
        if (is_waiting(lane))
            m->acts->at[lane->wait].for_ever = is_stuck(trace);
        else if (&trace->threads[i] == thread)
            done(m, lane);
    }
}

/* ---- what matters ---- */

static bool has_item(const struct core_schedule *schedule, const struct trace_event *event,
                     enum core_choice choice)
{
    for (uint32_t i = 0; i < schedule->count; i++) {
        const struct core_item *item = &schedule->items[i];
        if (item->task == event->thread && item->point == event->own && item->choice == choice &&
            item->to == event->to)
            return true;
    }
    return false;
}

/* An act and its event: both lists have the switches and choices in the same order. */
static size_t mark(struct acts *acts, const struct trace *trace,
                   const struct core_schedule *schedule)
{
    size_t event = 0, marked = 0;
    for (size_t i = 0; i < acts->count; i++) {
        struct act *act = &acts->at[i];
        if (act->kind != ACT_STOP && act->kind != ACT_CHOICE)
            continue;
        while (trace->events[event].kind != TRACE_SWITCH &&
               trace->events[event].kind != TRACE_CHOICE)
            event++;
        if (schedule)
            act->marked = has_item(schedule, &trace->events[event],
                                   act->kind == ACT_STOP ? CORE_CHOICE_SWITCH : CORE_CHOICE_OTHER);
        else
            act->marked = act->kind == ACT_STOP && act->why == TRACE_PREEMPT;
        marked += act->marked;
        event++;
    }
    return marked;
}

void acts_make(struct acts *acts, const struct trace *trace, const struct core_schedule *schedule)
{
    struct maker m = {.acts = acts, .trace = trace};
    *acts = (struct acts){0};
    m.lanes = calloc(trace->threads_count + 1, sizeof *m.lanes);
    if (!m.lanes)
        abort();
    for (size_t i = 0; i < trace->threads_count; i++)
        m.lanes[i] = (struct lane){.pending = SIZE_MAX, .wait = SIZE_MAX};
    for (size_t i = 0; i < trace->count; i++)
        take(&m, i);
    finish(&m);
    if (!schedule || !mark(acts, trace, schedule))
        mark(acts, trace, NULL);
    free(m.things);
    free(m.lanes);
}

void acts_free(struct acts *acts)
{
    free(acts->at);
    *acts = (struct acts){0};
}
