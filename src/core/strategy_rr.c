/*
 * Round robin: the base rule. Nobody is interrupted; who cannot go on or gave way is followed by
 * the next in order. No seed: the one run that the program has without interruptions.
 *
 * A task that runs for thousands of points while others could is interrupted all the same: it may
 * be waiting for them, in a loop that the host does not recognise.
 */
#include "strategy_kinds.h"

enum { SLICE = 5000 };

static void init(struct core_strategy *s)
{
    s->u.rr.since = s->points;
}

static struct core_task *pick(struct core_strategy *s, const struct core_pick *p)
{
    struct core_task *next = core_base_pick(p);
    if (p->runs_on && next == p->last && s->points - s->u.rr.since >= SLICE)
        next = core_strategy_next(p, p->last->id);
    if (next != p->last || !p->runs_on || s->points - s->u.rr.since >= SLICE)
        s->u.rr.since = s->points;
    core_strategy_hush(s, SLICE - (s->points - s->u.rr.since) - 1);
    return next;
}

static uint32_t choose(struct core_strategy *s, struct core_task *running, uint32_t count)
{
    return 0;
}

const struct core_strategy_ops core_strategy_rr = {.init = init, .pick = pick, .choose = choose};
