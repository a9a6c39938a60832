/*
 * What the kinds of strategies share; for strategy*.c only.
 *
 * A kind is a row of functions. strategy.c calls those of s->plays, and does what is the same for
 * all: it counts points and ends the quiet before each pick. A pick leaves with s->quiet = 0, asked
 * again at the very next point, unless it calls core_strategy_hush.
 */
#ifndef REPRISE_CORE_STRATEGY_KINDS_H
#define REPRISE_CORE_STRATEGY_KINDS_H

#include "strategy.h"

struct core_strategy_ops {
    void (*init)(struct core_strategy *s); /* draws parameters that config leaves open */
    struct core_task *(*pick)(struct core_strategy *s, const struct core_pick *p);
    /* These may be NULL: nothing to do. */
    void (*born)(struct core_strategy *s, struct core_task *t);
    void (*woken)(struct core_strategy *s, struct core_task *t);
    void (*gone)(struct core_strategy *s, struct core_task *t);
    /* NULL: any of them, uniformly. */
    uint32_t (*choose)(struct core_strategy *s, struct core_task *running, uint32_t count);
};

extern const struct core_strategy_ops core_strategy_random, core_strategy_pct, core_strategy_pos,
    core_strategy_surw, core_strategy_rr, core_strategy_list;

/* From now on this kind decides. Tasks that live keep what another kind left in them. */
void core_strategy_become(struct core_strategy *s, enum core_strategy_kind kind);
/* And decides this, too. */
struct core_task *core_strategy_repick(struct core_strategy *s, const struct core_pick *p);
uint32_t core_strategy_rechoose(struct core_strategy *s, struct core_task *running, uint32_t count);

/* The next n points pass without a pick. */
CORE_INLINE void core_strategy_hush(struct core_strategy *s, uint64_t n)
{
    s->quiet = s->hushed = n < UINT32_MAX ? (uint32_t)n : UINT32_MAX;
}

/* Asked again at the next point. */
CORE_INLINE void core_strategy_listen(struct core_strategy *s)
{
    s->points += s->hushed - s->quiet;
    s->quiet = s->hushed = 0;
}

/* Does the order of t's pending operation and any other's make no difference? */
CORE_INLINE bool core_strategy_commutes(const struct core_task *t)
{
    return t->op <= CORE_OP_EXIT || t->op == CORE_OP_CREATE || t->op == CORE_OP_JOIN ||
           t->op == CORE_OP_DETACH || t->op == CORE_OP_FENCE;
}

/* The next higher id after `id`, cyclically. */
struct core_task *core_strategy_next(const struct core_pick *p, uint32_t id);

/* The highest priority; of equals the lowest id. */
struct core_task *core_strategy_highest(const struct core_pick *p);

/* 2^i for a uniform i in [low, high]. */
uint64_t core_random_power(uint64_t *state, unsigned low, unsigned high);

/* How many points pass before the first success, each succeeding with probability 1 / mean. */
uint64_t core_random_stay(uint64_t *state, uint64_t mean);

#endif
