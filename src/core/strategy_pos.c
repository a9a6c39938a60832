/*
 * Partial order sampling (Yuan, Yang, Gu: "Partial order aware concurrency sampling", CAV 2018).
 *
 * Each pending operation has a random priority and the highest is done. Then the operations that
 * conflict with it draw anew, and so does the task whose operation was done, for its next one. So
 * the order of independent operations is never paid for with the chance of one that matters.
 */
#include "strategy_kinds.h"

/* From below: who gave way (the latest lowest), who did not. */
#define DRAWN ((uint64_t)1 << 63)

static void init(struct core_strategy *s)
{
    s->u.pos.lowest = DRAWN;
}

/* An operation whose order makes no difference is done at once, so that the next one competes. */
static void draw(struct core_strategy *s, struct core_task *t)
{
    bool at_once = core_strategy_commutes(t) && t->op != CORE_OP_START;
    t->priority = at_once ? UINT64_MAX : DRAWN | core_random(&s->prng);
}

static struct core_task *pick(struct core_strategy *s, const struct core_pick *p)
{
    for (size_t i = 0; i < p->count; i++)
        if (!p->ready[i]->priority) /* lived before this strategy came to play */
            draw(s, p->ready[i]);
    if (p->last && p->yields)
        p->last->priority = --s->u.pos.lowest;
    else if (p->runs_on && p->last->points != 1) /* the first operation keeps the start's */
        draw(s, p->last);
    struct core_task *next = core_strategy_highest(p);
    for (size_t i = 0; i < p->count; i++) {
        struct core_task *t = p->ready[i];
        if (t != next && t->priority >= DRAWN &&
            core_op_conflict(t->op, t->object, next->op, next->object))
            draw(s, t);
    }
    return next;
}

const struct core_strategy_ops core_strategy_pos = {
    .init = init, .pick = pick, .born = draw, .woken = draw};
