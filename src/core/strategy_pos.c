/*
 * Partial order sampling (Yuan, Yang, Gu: "Partial order aware concurrency sampling", CAV 2018).
 *
 * Each pending operation has a random priority and the highest is done. Then the operations that
 * conflict with it draw anew, and so does the task whose operation was done, for its next one. So
 * the order of independent operations is never paid for with the chance of one that matters.
 *
 * Three seeds of four see the tasks at one place in the program as one, so that a hundred workers
 * weigh no more than who checks them; that is ours and not the paper's.
 */
#include "strategy_kinds.h"

/* From below: who gave way (the latest lowest), who did not. */
#define DRAWN ((uint64_t)1 << 63)

static void init(struct core_strategy *s)
{
    s->u.pos.lowest = DRAWN;
    s->u.pos.by_site = core_random_below(&s->prng, 4) != 0;
}

/* How many ready tasks are at the same place. */
static uint64_t crowd(const struct core_pick *p, const struct core_task *t)
{
    uint64_t n = 0;
    for (size_t i = 0; i < p->count; i++)
        n += p->ready[i]->site == t->site;
    return n;
}

/* The least of n numbers, each n times exponential, is as if there were one. */
static void draw(struct core_strategy *s, const struct core_pick *p, struct core_task *t)
{
    uint64_t n = s->u.pos.by_site ? crowd(p, t) : 1;
    uint64_t wait = core_random_stay(&s->prng, (uint64_t)1 << 40) * (n < 1 << 15 ? n : 1 << 15);
    t->priority = DRAWN + ((UINT64_MAX - DRAWN) - (wait >> 1));
}

/* One whose order makes no difference is done at once, so that the next one competes. */
static struct core_task *at_once(const struct core_pick *p)
{
    for (size_t i = 0; i < p->count; i++)
        if (core_strategy_commutes(p->ready[i]) && p->ready[i]->op != CORE_OP_START &&
            !(p->yields && p->ready[i] == p->last))
            return p->ready[i];
    return NULL;
}

static struct core_task *pick(struct core_strategy *s, const struct core_pick *p)
{
    if (p->last && p->yields)
        p->last->priority = --s->u.pos.lowest;
    else if (p->runs_on && p->last->points != 1) /* the first operation keeps the start's */
        p->last->priority = 0;
    struct core_task *next = at_once(p);
    if (next)
        return next;
    for (size_t i = 0; i < p->count; i++)
        if (!p->ready[i]->priority)
            draw(s, p, p->ready[i]);
    next = core_strategy_highest(p);
    for (size_t i = 0; i < p->count; i++) {
        struct core_task *t = p->ready[i];
        if (t != next && t->priority >= DRAWN &&
            core_op_conflict(t->op, t->object, next->op, next->object))
            t->priority = 0;
    }
    return next;
}

static void forget(struct core_strategy *s, struct core_task *t)
{
    t->priority = 0; /* drawn at the next pick */
}

const struct core_strategy_ops core_strategy_pos = {
    .init = init, .pick = pick, .born = forget, .woken = forget};
