/*
 * Selectively uniform random walk (Zhao, Wolff, Mathur, Roychoudhury: "Selectively uniform
 * concurrency testing", ASPLOS 2025).
 *
 * Some operations are interesting: those on one object, drawn from the seed. One task is intended,
 * drawn with its number of interesting operations still to come as its weight; whoever else comes
 * to an interesting operation waits until the intended one has done its next. So all orders of the
 * interesting operations have the same chance, however many others lie in between.
 */
#include "strategy_kinds.h"

static void init(struct core_strategy *s)
{
    s->u.surw.object = 0;
    s->u.surw.salt = (uint32_t)core_random(&s->prng);
    s->u.surw.below = (uint32_t)(UINT32_MAX >> core_random_below(&s->prng, 6));
    s->u.surw.has_intended = false;
}

/* Nothing is known before the run: any of 1, 2, 4, ... 64 operations. */
static uint64_t weight(struct core_strategy *s, struct core_task *t)
{
    if (!t->weight)
        t->weight = core_random_power(&s->prng, 0, 6);
    return t->weight;
}

static bool interesting(const struct core_strategy *s, const struct core_task *t)
{
    return core_op_effect(t->op) != CORE_OP_NOTHING && t->object &&
           (uint32_t)core_mix(t->object + ((uint64_t)s->u.surw.salt << 32)) <= s->u.surw.below;
}

/* Is t kept out, since it gave way and others are ready? */
static bool gave_way(const struct core_pick *p, const struct core_task *t)
{
    return t == p->last && p->yields && p->count > 1;
}

static bool intended_is_ready(const struct core_strategy *s, const struct core_pick *p)
{
    for (size_t i = 0; i < p->count; i++)
        if (p->ready[i]->id == s->u.surw.intended)
            return !gave_way(p, p->ready[i]);
    return false;
}

static void intend(struct core_strategy *s, const struct core_pick *p)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < p->count; i++)
        sum += gave_way(p, p->ready[i]) ? 0 : weight(s, p->ready[i]);
    uint64_t at = core_random_below(&s->prng, sum);
    for (size_t i = 0; i < p->count; i++) {
        uint64_t w = gave_way(p, p->ready[i]) ? 0 : weight(s, p->ready[i]);
        if (at < w) {
            s->u.surw.intended = p->ready[i]->id;
            break;
        }
        at -= w;
    }
    s->u.surw.has_intended = true;
}

static bool may_run(const struct core_strategy *s, const struct core_pick *p,
                    const struct core_task *t)
{
    return !gave_way(p, t) && (t->id == s->u.surw.intended || !interesting(s, t));
}

static struct core_task *pick(struct core_strategy *s, const struct core_pick *p)
{
    if (!s->u.surw.has_intended || !intended_is_ready(s, p))
        intend(s, p);
    uint64_t count = 0;
    for (size_t i = 0; i < p->count; i++)
        count += may_run(s, p, p->ready[i]);
    uint64_t at = core_random_below(&s->prng, count);
    size_t i = 0;
    for (;; i++)
        if (may_run(s, p, p->ready[i]) && !at--)
            break;
    struct core_task *next = p->ready[i];
    if (interesting(s, next)) {
        s->u.surw.has_intended = false;
        if (next->weight > 1)
            next->weight--;
    }
    return next;
}

const struct core_strategy_ops core_strategy_surw = {.init = init, .pick = pick};
