/*
 * A random walk that stays: at each point a task is chosen uniformly with probability 1 / stay,
 * else the one that runs goes on. `stay` is drawn from the seed, each power of two from 1 to 256
 * with the same chance. Choosing at each point would hide deep states (no queue is ever filled),
 * never choosing hides all others; some seed has the right measure.
 */
#include "strategy_kinds.h"

static void init(struct core_strategy *s)
{
    s->u.random.stay =
        s->config.stay ? s->config.stay : (uint32_t)core_random_power(&s->prng, 0, 8);
}

static struct core_task *pick(struct core_strategy *s, const struct core_pick *p)
{
    core_strategy_hush(s, core_random_stay(&s->prng, s->u.random.stay));
    if (!p->yields || !p->runs_on || p->count == 1)
        return p->ready[core_random_below(&s->prng, p->count)];
    struct core_task *t = p->ready[core_random_below(&s->prng, p->count - 1)];
    return t->id < p->last->id ? t : core_strategy_next(p, t->id); /* any but the last */
}

static void born(struct core_strategy *s, struct core_task *t)
{
    core_strategy_listen(s);
}

const struct core_strategy_ops core_strategy_random = {.init = init, .pick = pick, .born = born};
