/*
 * Strategies: who runs next, as a pure function of a seed.
 *
 * The host (the runtime's turn.c, or a simulation in a test) runs one task at a time. At each
 * schedule point, before the running task does its next operation, it asks; and when the running
 * task cannot go on it asks, too:
 *
 *     task->op, task->object, task->site = what it is about to do;
 *     task->points++;
 *     if (core_strategy_wants(s))
 *         next = core_strategy_pick(s, &(struct core_pick){...});
 *
 * Nothing here reads a clock, an address or a process: the same seed, the same sequence of calls
 * and the same fields give the same answers. Tasks are told apart by id only, which the host gives
 * in the order of creation: 0 is the first.
 *
 * All calls of one strategy come from one thread at a time; the host orders them.
 */
#ifndef REPRISE_CORE_STRATEGY_H
#define REPRISE_CORE_STRATEGY_H

#include "core.h"
#include "op.h"

struct core_schedule; /* schedule.h */
struct core_profile;  /* profile.h */

enum core_strategy_kind {
    CORE_STRATEGY_OS,     /* the kernel decides: none of the calls below is made */
    CORE_STRATEGY_DELAY,  /* the kernel decides, seeded sleeps push it: none of the calls below */
    CORE_STRATEGY_RANDOM, /* by seed: a sticky random walk, or one of the next ones. The default */
    CORE_STRATEGY_PCT,    /* random priorities, depth - 1 change points (Burckhardt, ASPLOS 2010) */
    CORE_STRATEGY_POS,    /* a random priority an operation (Yuan, CAV 2018) */
    CORE_STRATEGY_SURW,   /* weighed by the remaining interesting operations (ASPLOS 2025) */
    CORE_STRATEGY_RR,     /* nobody is interrupted; the next in order goes on. No seed */
    CORE_STRATEGY_LIST,   /* as a schedule says (schedule.h) */
    CORE_STRATEGIES,
};

enum {
    CORE_SEED_BYTES = 256, /* longest seed, terminator included */
    CORE_PCT_CHANGES = 32,
    CORE_SURW_TASKS = 256,
};

/* Parameters are 0 when not given: the strategy then draws them from the seed. */
struct core_strategy_config {
    enum core_strategy_kind kind;
    uint64_t seed;  /* core_seed_hash of the text */
    uint32_t depth; /* pct: change points + 1 */
    uint32_t stay;  /* random: a random walk with a new choice every so many points on average */
    uint64_t steps; /* pct: expected length of a run in points */
    const struct core_schedule *schedule; /* list */
    const struct core_profile *profile;   /* surw; NULL: learns during the run as it can */
};

/* FNV-1a-64 of the text: any text is a seed. */
uint64_t core_seed_hash(const char *text);

/* "pct", "pct:depth=3:steps=1000", "random:stay=8": sets kind and parameters, leaves the seed.
 * 0, or -EINVAL: unknown name, unknown parameter of that name, or value out of range. */
int core_strategy_parse(struct core_strategy_config *config, const char *text);
/* The name without parameters. */
const char *core_strategy_name(enum core_strategy_kind kind);
/* true: one task at a time. */
bool core_strategy_is_controlled(enum core_strategy_kind kind);

/* A thread of the program. The host owns it, zeroed at birth; it may move only between calls. */
struct core_task {
    uint32_t id;     /* creation order */
    enum core_op op; /* pending: done when it runs next */
    uint32_t object; /* what the operation is on, numbered by first use; 0 none */
    uint32_t site;   /* where in the program, numbered by first use; 0 unknown */
    uint32_t points; /* schedule points it has come to */
    /* the strategy's */
    uint64_t priority;
    uint32_t mark;
};

struct core_strategy {
    struct core_strategy_config config;
    uint32_t quiet; /* points that surely pass without a switch */
    /* the strategies' own; see strategy_kinds.h and strategy_KIND.c */
    uint32_t hushed; /* what quiet was when it was set */
    uint64_t prng;
    uint64_t points;               /* points and picks until the last pick */
    enum core_strategy_kind plays; /* who decides; not config.kind after list left its path */
    struct {
        uint32_t next;   /* strict: the item to be done next */
        uint32_t misfit; /* the item that did not fit */
        bool left;       /* the path was left: another strategy plays */
        uint32_t gone;   /* id of the task that ended last */
    } list;
    union {
        struct {
            uint32_t stay;
            bool by_site;       /* uniform over places in the program, not over tasks */
            bool whole;         /* no choices while it holds a lock */
            uint64_t left;      /* whole: points until the next choice */
            uint32_t held_from; /* tasks from this id on are not to start yet */
        } random;
        struct {
            uint64_t lowest;  /* next lower priority to hand out */
            uint32_t changes; /* at[] in use, sorted */
            uint32_t next;    /* the next of them */
            uint64_t at[CORE_PCT_CHANGES];
        } pct;
        struct {
            uint64_t lowest;
            bool by_site; /* tasks at one place weigh as one */
        } pos;
        struct {
            uint32_t object; /* by profile: operations on it are interesting; 0: on any */
            uint32_t salt;   /* without: those whose mixture with it is below `below` are */
            uint32_t below;
            uint32_t intended; /* id of the task to do the next interesting operation */
            bool has_intended;
            uint32_t waited;                  /* points that it ran since it is */
            uint32_t weight[CORE_SURW_TASKS]; /* by id; those beyond count 1 */
        } surw;
        struct {
            uint64_t since; /* points when the task that runs began */
        } rr;
    } u;
};

void core_strategy_init(struct core_strategy *s, const struct core_strategy_config *config);

/* Why the host asks. */
struct core_pick {
    struct core_task *const *ready; /* who can run, sorted by id; at least one */
    size_t count;
    struct core_task *last; /* who ran until now, even if it ended; NULL: nobody ever ran */
    bool runs_on;           /* last is in ready */
    bool yields;            /* last gave way, or spins without effect: others first */
};

/* Is a pick due at this point of the running task? Counts the point. */
CORE_INLINE bool core_strategy_wants(struct core_strategy *s)
{
    if (core_likely(s->quiet)) {
        s->quiet--;
        return false;
    }
    return true;
}

/* Who runs now: one of ready. May change the fields of tasks that are the strategy's. */
struct core_task *core_strategy_pick(struct core_strategy *s, const struct core_pick *p);

/* The rule that schedules are written against: stay; when that is not possible or the task gave
 * way, the next higher id, cyclically. Nobody ran: the lowest id. */
struct core_task *core_base_pick(const struct core_pick *p);

/* A task appears; before it is ready for the first time. Ends the quiet. */
void core_strategy_born(struct core_strategy *s, struct core_task *t);
/* A task that could not run is ready again. Ends the quiet where that matters. */
void core_strategy_woken(struct core_strategy *s, struct core_task *t);
void core_strategy_gone(struct core_strategy *s, struct core_task *t);
/* Another free choice of the task that runs: one of count (>= 1), 0 being the usual one. For
 * which waiter a signal wakes, and the like. Counts as a point of that task (running->points
 * grows), so that each choice of a run has a (task, point) of its own: an item for a schedule takes
 * the points after the call. */
uint32_t core_strategy_choose(struct core_strategy *s, struct core_task *running, uint32_t count);

/* list: where the run left the schedule: index of the item that did not fit, or -1. */
long core_strategy_left_at(const struct core_strategy *s);

/* ---- the random numbers: splitmix64 ---- */

uint64_t core_random(uint64_t *state);
/* Uniform in [0, n), n >= 1. */
uint64_t core_random_below(uint64_t *state, uint64_t n);

#endif
