/*
 * What turn*.c, hang.c and go/ share; nobody else includes it. A Go program uses less of it: see
 * go/turn.c.
 *
 * A thread of the program is in one state:
 *
 *     UNBORN ──► READY ◄──► RUNNING ──► ENDED
 *                  ▲           │ rt_turn_wait            │ RT_BLOCKING that really sleeps
 *                  └── WAITING ◄┘         OUTSIDE ◄──────┘
 *                  └──────────────────────┘
 *
 * RUNNING is the one thread that has the turn (rt_turns.holder); it is in ready[], too. When
 * nobody is ready the holder is NULL and the thread that stopped last is the idler, which looks at
 * the world outside (turn_wait.c) until somebody is.
 *
 * Everything here is under rt_turns.lock, except what says otherwise; the holder may read what
 * only the holder changes without it. The lock is a leaf but for core_alloc. A thread is woken by
 * its own futex word, so nobody else wakes up in vain.
 */
#ifndef REPRISE_RUNTIME_TURN_STATE_H
#define REPRISE_RUNTIME_TURN_STATE_H

#include "finding.h"
#include "turn.h"
#include <poll.h>

enum rt_turn_state {
    RT_TURN_UNBORN,
    RT_TURN_READY,
    RT_TURN_RUNNING,
    RT_TURN_WAITING,
    RT_TURN_OUTSIDE,
    RT_TURN_ENDED,
};

struct rt_turn {
    struct core_task task; /* first: strategies hand it back */
    struct rt_thread *thread;
    enum rt_turn_state state;
    uint32_t go;         /* futex: 1 = this thread has the turn; release: what others did before */
    uint32_t arrived;    /* futex: the child is at rt_turn_start */
    bool parked;         /* outside of the gate of event.h, though its scope is open; own thread */
    bool polling;        /* sleeps in poll, not on go */
    bool outside;        /* in RT_BLOCKING with the turn; own thread */
    bool no_point;       /* the next RT_BLOCKING is no point; own thread */
    bool patiently;      /* the next RT_BLOCKING keeps the turn for longer; own thread */
    bool cancelled;      /* asked for; lock */
    bool on_duty;        /* has the turn only to do as rt_turn_idle, and waits on; lock */
    uint64_t ran;        /* step at which it had the turn last; lock */
    uint32_t run, looks; /* points since it has the turn, and of them the last that only looked */
    uint32_t alone;      /* times it gave way and nobody else was ready */

    /* WAITING */
    struct rt_wait wait;
    enum rt_woke woke;
    rt_pc pc;
    rt_stack stack;

    /* turn_access.c: spinning on plain memory; own thread, but counting is set by the watcher */
    bool counting;
    bool wrote;
    uint32_t repeats, repeats_broken;
    struct rt_look {
        rt_pc pc;
        rt_addr addr;
    } looked[4];

    /* turn_trace.c; own thread */
    rt_addr traced; /* accessed by traced_step */
    unsigned traced_bytes, traced_into;
    bool wrote_traced; /* its value is to be told when it is there */
    uint64_t traced_step, last_step;

    struct pollfd *fds; /* waits for descriptors; of the waiting thread */
    unsigned nfds;
    struct rt_turn *next_waiting, *previous_waiting; /* all who wait, in order of arrival */

    struct rt_turn *next, *previous; /* all that have not ended */
};

/* How often the holder looks for the unfair, in steps, and after how many a thread that is ready
 * and never chosen is a victim: two threads that spin for what a third has would spin for ever. */
enum { RT_TURN_FAIR_EVERY = 4096, RT_TURN_PATIENCE = 16384 };
/* Who gave way so often while nobody else was ready waits for a time to come. */
enum { RT_TURN_ALONE_MAX = 64 };

struct rt_turns {
    core_lock lock;
    struct core_strategy strategy; /* by the holder */
    struct core_task **ready;      /* sorted by id */
    uint32_t nready, capacity;
    struct rt_turn *holder; /* NULL: nobody is ready */
    struct rt_turn *idler;
    struct rt_turn *all;
    struct rt_turn *first_waiting, *last_waiting;
    uint32_t waiting_fds, timed, outside; /* how many: for descriptors, with a deadline, in calls */
    pid_t leaver;       /* thread that ended last: gone before the next one runs */
    bool unfair;        /* somebody is ready and was passed over for very long; by the holder */
    bool fds_changed;   /* relaxed: looked at by the next decision */
    bool fds_by_chance; /* it was the watcher that asked, at a time of its own */

    uint64_t steps, switches; /* by the holder */
    uint64_t attention;       /* step at which rt_turn_attend has something to do */
    uint64_t jumped_ns;       /* by which virtual time is ahead of the steps */
};
extern struct rt_turns rt_turns;

static inline struct rt_turn *rt_turn_of(struct core_task *task)
{
    return (struct rt_turn *)task;
}

/* ---- turn_seed.c; C and Go ---- */

/* What the options say. OS when they are wrong, after one line. */
struct core_strategy_config rt_turn_configure(void);

/* ---- turn_choice.c; C and Go ---- */

/* Lock held. Into and out of the lists of all that have not ended, and of those who wait. */
void rt_turn_list(struct rt_turn *u);
void rt_turn_unlist(struct rt_turn *u);
void rt_turn_link_waiting(struct rt_turn *u);
void rt_turn_unlink_waiting(struct rt_turn *u);

/* Lock held. Into and out of ready[]. */
void rt_turn_ready(struct rt_turn *u);
void rt_turn_unready(struct rt_turn *u);
/* Lock held, somebody is ready: the strategy's choice, recorded. last: who ran until now; ended:
 * its memory may be gone. */
struct rt_turn *rt_turn_pick(struct rt_turn *last, bool yields);
/* The same among some of those who are ready, sorted by id. */
struct rt_turn *rt_turn_pick_of(struct core_task *const *ready, uint32_t count,
                                struct rt_turn *last, bool yields);
/* One step of the run: counts, hashes, observes. */
void rt_turn_step(struct rt_turn *me, rt_pc pc, enum core_op op, rt_addr object);
/* me comes to this point: nobody else had the turn for long. Does it wait for what another thread
 * has to do? */
bool rt_turn_spins(struct rt_turn *me, enum core_op op);
/* Lock held. Sets unfair; me runs. */
void rt_turn_look_after_fairness(const struct rt_turn *me);

/* ---- turn.c, go/turn.c ---- */

/* Where the program is: the instruction of pc, or, for a hook of libc, that of its caller; 0 when
 * unknown. *frame: the frame it belongs to, for its callers. Of the running thread. */
rt_pc rt_turn_place(const struct rt_turn *me, rt_pc pc, const struct rt_frame **frame);
/* Now and then, at a step (rt_turns.attention). No lock. */
void rt_turn_attend(struct rt_turn *me);

/* ---- turn.c ---- */

/* Lock held; last goes away or sleeps outside. The choice among the ready, else one that waits and
 * has to look after time and the world (on_duty), else NULL. */
struct rt_turn *rt_turn_next(struct rt_turn *last);
/* Lock held; gives it up. From now on next (or nobody: NULL) has the turn; does not sleep. */
void rt_turn_give(struct rt_turn *next);
/* Between the two the thread is outside of the gate of event.h: others may stop the world. */
void rt_turn_leave_gate(struct rt_turn *me);
void rt_turn_enter_gate(struct rt_turn *me);
/* Until me has the turn. */
void rt_turn_park(struct rt_turn *me);
/* The turn as it must be to go on: back from outside, if that is where the thread was. */
struct rt_turn *rt_turn_mine(struct rt_thread *t);

/* ---- turn_wait.c ---- */

/* Lock held. Ends the wait of u, which becomes ready. */
void rt_turn_end_wait(struct rt_turn *u, enum rt_woke why);
/* Lock held, nobody is ready, me cannot run: until somebody is ready. False: the turn went to
 * another thread meanwhile, and the lock is gone. */
bool rt_turn_idle(struct rt_turn *me);
/* Lock held. Deadlines that have passed, descriptors that changed. */
void rt_turn_expire(void);
void rt_turn_look_at_fds(void);
/* Lock held. The running thread spins and everybody else waits: then for a time, which comes. */
void rt_turn_spins_alone(void);
bool rt_turn_any_alarm(void);
/* Ends the sleep of the one who polls. Any thread. */
void rt_turn_kick(void);
void rt_turn_wait_after_fork(void);
/* A signal came while me was parked. No lock held. */
void rt_turn_disturbed(struct rt_turn *me);

/* ---- turn_outside.c ---- */

void rt_turn_outside_start(void); /* the thread that watches; once there are two threads */
void rt_turn_outside_after_fork(void);

/* ---- turn_record.c; C and Go ---- */

enum rt_inexact { RT_INEXACT_EXTERNAL = 1, RT_INEXACT_SIGNAL = 2, RT_INEXACT_FOREIGN = 4 };

void rt_record_init(void);
void rt_record_after_fork(void);
void rt_record_inexact(enum rt_inexact how);
/* The holder, at a step. */
void rt_record_step(struct rt_turn *me, rt_pc pc);
enum rt_why { RT_WHY_PREEMPT, RT_WHY_WAIT, RT_WHY_END, RT_WHY_YIELD };
/* from: who ran; it differs from the base rule when base != to. */
void rt_record_switch(const struct core_task *from, const struct core_task *to,
                      const struct core_task *base, enum rt_why why);
void rt_record_choice(struct rt_turn *me, uint32_t count, uint32_t chosen);
void rt_record_wait(struct rt_turn *me);
void rt_record_born(struct rt_turn *parent, struct rt_turn *child);
/* The number of the object at an address, by first use; 0 for 0. */
uint32_t rt_record_object(rt_addr addr);
/* The words of this memory are other objects from here on. */
void rt_record_forget(rt_addr addr, size_t bytes);
/* The number of a place in the program, by first use. */
uint32_t rt_record_place(rt_pc pc);
/* The same, or 0 for one that has no number yet. */
uint32_t rt_record_known(rt_addr addr);

/* ---- hang.c; C and Go ---- */

/* Adds what u, which waits, waits for; its stack is in u->stack. */
void rt_hang_add_wait(struct rt_finding *f, const struct rt_turn *u);
/* A finding of this type with all who wait. */
void rt_hang_report(struct rt_turn *me, enum rt_finding_type type);
/* The process ends as one with findings does. */
_Noreturn void rt_hang_end_run(void);
/* Steps are used up. The calling thread reports; does not return. No lock. */
void rt_hang_livelock(struct rt_turn *me);
/* Steps are nearly used up: threads that give way leave their stack behind. */
bool rt_hang_is_near(void);

/* ---- hang_deadlock.c ---- */

/* Nobody can run. The calling thread reports; comes back only when a signal may still help. No
 * lock.
 */
void rt_hang_deadlock(struct rt_turn *me);

#endif
