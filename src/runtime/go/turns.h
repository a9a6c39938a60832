/*
 * What turn.c, choice.c, points.c, stuck.c and delay.c share; nobody else includes it.
 *
 * The turns of a Go program are those of turn_state.h without the system threads: Go's scheduler
 * parks and wakes goroutines, and only asks who is next. rt_turns.ready[] is who could run, the
 * one that does included; rt_turns.holder is who was picked last and has not ended since. All of it
 * is changed by the one P there is, so rt_turns.lock is not taken.
 *
 *     born ─► READY ◄─► RUNNING ─► ENDED (kept until the next pick: strategies look at it)
 *               ▲           │ wait
 *         ready └─ WAITING ◄┘
 *
 * Task ids are given in the order of birth to goroutines of the program. They are not the uids of
 * reports, where goroutines of Go's runtime count as well, and one of those may come at any time.
 */
#ifndef REPRISE_RUNTIME_GO_TURNS_H
#define REPRISE_RUNTIME_GO_TURNS_H

#include "../turn_state.h"
#include "goroutine.h"
#include "schedule.h"

enum { RT_GO_REASON_BYTES = 40 };

struct rt_go_turn {
    struct rt_turn turn; /* first */
    uint64_t path;       /* by (parent, k-th child): names it for random numbers */
    uint32_t children;
    uint32_t draws[2]; /* random numbers so far, by stream */
    bool asked;        /* the next pick may choose another one */
    bool yields;       /* and shall: it spins, or says so */
    bool again;        /* its atomic operation is to be done when it comes the next time */
    uint64_t index;    /* its place in the array of the last pick, or some number */
    rt_addr object;    /* of the last point, */
    uint64_t context;  /* and the hash of the frames it had */
    char reason[RT_GO_REASON_BYTES]; /* of its wait */
};

struct rt_go_turns {
    uint32_t born;            /* goroutines of the program so far */
    struct rt_go_turn *ended; /* who ran until now, when it has ended since; NULL */
    uint64_t seed;            /* of random numbers */
    uint64_t timer;           /* virtual time when the next one is due, as of the last pick; 0 */
    bool begun;               /* __reprise_go_begin was called: Go's library has the edits */
    bool repeats;             /* Go repeats an atomic operation that was not done */
    uint64_t computed_ns;     /* by who ran, without a point, and not yet virtual time; relaxed */
    uint64_t looks;           /* in a row, of who runs, that were no steps; relaxed */
};
extern struct rt_go_turns rt_go_turns;

/* NULL: a goroutine of Go's runtime, or there is no controlled strategy. */
static inline struct rt_go_turn *rt_go_turn_of(const struct rt_thread *t)
{
    return t ? (struct rt_go_turn *)t->turn : NULL;
}

/* ---- turn.c ---- */

/* Who runs, asked to give way, looked again at what it waits for; or did something else. */
static inline void rt_go_looks(bool again)
{
    uint64_t looks = again ? rt_go_turns.looks + 1 : 0; /* only who runs writes it */
    __atomic_store_n(&rt_go_turns.looks, looks, __ATOMIC_RELAXED);
}

/* Of a goroutine that Go shows and nobody told the birth of. */
struct rt_go_turn *rt_go_turn_adopt(struct rt_thread *t);
void rt_go_turn_free_ended(void);
/* Is there only one goroutine of the program, and no timer? Then no point is counted. */
static inline bool rt_go_alone(void)
{
    return (!rt_turns.all || !rt_turns.all->next) && !rt_go_turns.timer;
}
/* One step of u, which runs. True: the strategy wants a pick; it is noted in u. */
bool rt_go_step(struct rt_go_turn *u, rt_pc pc, enum core_op op, rt_addr object);
/* Where it is: the place of its last point, if that was in the function that still runs; else 0. */
rt_pc rt_go_place(const struct rt_go_turn *u);
/* u runs, whatever was told of it before. */
void rt_go_runs(struct rt_go_turn *u);
/* u does not run. No step. */
void rt_go_waits(struct rt_go_turn *u, const char *reason, uint64_t length);
void rt_go_is_ready(struct rt_go_turn *u);

/* ---- clock.c ---- */

/* A timer is due: asked again, it is true, too, until a pick has come. */
bool rt_go_timer_is_due(void);

/* ---- points.c ---- */

uint32_t *rt_go_again(void);

/* ---- delay.c ---- */

/* How long to sleep before op; 0: not at all. */
uint64_t rt_go_delay_ns(const struct rt_thread *t, rt_pc pc, enum core_op op);

/* ---- stuck.c ---- */

enum core_op rt_go_op_of_wait(const struct rt_go_turn *u);
/* A signal or broadcast of a condition variable, or a wait for one that begins or ends. */
void rt_go_cond_signalled(rt_addr cond);
void rt_go_cond_waits(rt_addr cond, int more);

#endif
