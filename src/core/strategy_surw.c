/*
 * Selectively uniform random walk (Zhao, Wolff, Mathur, Roychoudhury: "Selectively uniform
 * concurrency testing", ASPLOS 2025).
 *
 * Some operations are interesting: those on one object, drawn from the seed. One task is intended,
 * drawn with its number of interesting operations still to come as its weight; whoever else comes
 * to an interesting operation waits until the intended one has done its next. So all orders of the
 * interesting operations have the same chance, however many others lie in between. A task that will
 * create others carries their weight until they are there.
 *
 * Objects and numbers come from a profile. Without one, objects are interesting by chance, all of
 * them to one in 32 (the seed says), and each task gets a random weight: any order is possible,
 * long blocks of one task as likely as fine mixtures.
 */
#include "profile.h"
#include "strategy_kinds.h"

_Static_assert((int)CORE_SURW_TASKS == (int)CORE_PROFILE_TASKS, "a weight for each task in it");

enum { PATIENCE = 1000 }; /* points of the intended task without an interesting operation */

static void weigh(struct core_strategy *s, const struct core_profile *profile)
{
    uint32_t *weight = s->u.surw.weight;
    for (uint32_t i = 0; i < CORE_SURW_TASKS; i++)
        weight[i] = 0;
    for (uint32_t i = 0; i < profile->count; i++) {
        const struct core_profile_use *u = &profile->uses[i];
        if (u->task < CORE_SURW_TASKS && (!s->u.surw.object || u->object == s->u.surw.object))
            weight[u->task] += (u->reads + u->changes) & UINT32_MAX >> 12; /* sums stay small */
    }
    for (uint32_t i = CORE_SURW_TASKS - 1; i > 0; i--) /* children have higher ids */
        if (profile->parent[i])
            weight[profile->parent[i] - 1] += weight[i];
}

static void init(struct core_strategy *s)
{
    const struct core_profile *profile = s->config.profile;
    s->u.surw.has_intended = false;
    s->u.surw.object = 0;
    s->u.surw.below = UINT32_MAX;
    if (profile) {
        uint64_t random = core_random(&s->prng);
        s->u.surw.object = random & 3 ? core_profile_shared(profile, random >> 2) : 0;
        weigh(s, profile);
        return;
    }
    s->u.surw.salt = (uint32_t)core_random(&s->prng);
    s->u.surw.below = UINT32_MAX >> core_random_below(&s->prng, 6);
    for (uint32_t i = 0; i < CORE_SURW_TASKS; i++)
        s->u.surw.weight[i] = (uint32_t)core_random_power(&s->prng, 0, 6);
}

static void born(struct core_strategy *s, struct core_task *t)
{
    const struct core_profile *profile = s->config.profile;
    if (!profile || t->id >= CORE_SURW_TASKS || !profile->parent[t->id])
        return;
    uint32_t *parent = &s->u.surw.weight[profile->parent[t->id] - 1];
    uint32_t mine = s->u.surw.weight[t->id];
    *parent -= mine < *parent ? mine : *parent;
}

static bool interesting(const struct core_strategy *s, const struct core_task *t)
{
    if (core_op_effect(t->op) == CORE_OP_NOTHING || !t->object)
        return false;
    if (s->config.profile)
        return !s->u.surw.object || t->object == s->u.surw.object;
    return (uint32_t)core_mix(t->object + ((uint64_t)s->u.surw.salt << 32)) <= s->u.surw.below;
}

/* Is t kept out, since it gave way and others are ready? */
static bool gave_way(const struct core_pick *p, const struct core_task *t)
{
    return t == p->last && p->yields && p->count > 1;
}

/* What is left over when the profile counted fewer than there are still counts as one. */
static uint64_t weight_of(const struct core_strategy *s, const struct core_pick *p,
                          const struct core_task *t)
{
    uint64_t weight = t->id < CORE_SURW_TASKS ? s->u.surw.weight[t->id] : 1;
    if (gave_way(p, t))
        return 0;
    return weight || !interesting(s, t) ? weight : 1;
}

static bool intended_is_ready(const struct core_strategy *s, const struct core_pick *p)
{
    for (size_t i = 0; i < p->count; i++)
        if (p->ready[i]->id == s->u.surw.intended)
            return !gave_way(p, p->ready[i]);
    return false;
}

/* Nobody, when no ready task has weight: then all are free to come to where they have. */
static void intend(struct core_strategy *s, const struct core_pick *p)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < p->count; i++)
        sum += weight_of(s, p, p->ready[i]);
    s->u.surw.has_intended = sum != 0;
    s->u.surw.waited = 0;
    uint64_t at = sum ? core_random_below(&s->prng, sum) : 0;
    for (size_t i = 0; i < p->count && sum; i++) {
        uint64_t weight = weight_of(s, p, p->ready[i]);
        if (at < weight) {
            s->u.surw.intended = p->ready[i]->id;
            return;
        }
        at -= weight;
    }
}

static bool may_run(const struct core_strategy *s, const struct core_pick *p,
                    const struct core_task *t)
{
    bool intended = s->u.surw.has_intended && t->id == s->u.surw.intended;
    return !gave_way(p, t) && (intended || !interesting(s, t));
}

static void count_down(struct core_strategy *s, const struct core_task *t)
{
    s->u.surw.has_intended = false;
    if (t->id < CORE_SURW_TASKS && s->u.surw.weight[t->id] > !s->config.profile)
        s->u.surw.weight[t->id]--;
}

/* The intended one spins, or does other things for long: what all wait for may be another's. */
static void lose_patience(struct core_strategy *s, const struct core_pick *p)
{
    if (!s->u.surw.has_intended || !p->last || p->last->id != s->u.surw.intended)
        return;
    if (!p->yields && ++s->u.surw.waited < PATIENCE)
        return;
    if (p->last->id < CORE_SURW_TASKS)
        s->u.surw.weight[p->last->id] /= 2;
    s->u.surw.has_intended = false;
}

static struct core_task *pick(struct core_strategy *s, const struct core_pick *p)
{
    struct core_task *next = NULL;
    uint64_t seen = 0;
    lose_patience(s, p);
    if (!s->u.surw.has_intended || !intended_is_ready(s, p))
        intend(s, p);
    for (size_t i = 0; i < p->count; i++)
        if (may_run(s, p, p->ready[i]) && !core_random_below(&s->prng, ++seen))
            next = p->ready[i];
    if (interesting(s, next))
        count_down(s, next);
    return next;
}

const struct core_strategy_ops core_strategy_surw = {.init = init, .pick = pick, .born = born};
