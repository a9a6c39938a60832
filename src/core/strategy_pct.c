/*
 * Probabilistic concurrency testing (Burckhardt, Kothari, Musuvathi, Nagarakatte: "A randomized
 * scheduler with probabilistic guarantees of finding bugs", ASPLOS 2010).
 *
 * Each task has a random priority, the highest that is ready runs. At depth - 1 points, drawn from
 * the expected number of steps, the priority of the task that runs falls below all of these. A bug
 * that takes `depth` ordering constraints shows with probability 1 / (n k^(depth-1)) at least, for
 * n tasks and k steps. Between the change points nothing can happen but a task becoming ready, so
 * points cost nothing.
 *
 * Priorities, from below: those of who gave way (the latest lowest, so that several who spin take
 * turns), those of change points (random: any order among them is possible), those of birth.
 */
#include "strategy_kinds.h"

#define CHANGED ((uint64_t)1 << 32)
#define BORN    ((uint64_t)1 << 63)

/* Depths 1 to 5: most bugs need one or two change points. */
static uint32_t draw_depth(uint64_t *prng)
{
    static const uint8_t depths[] = {1, 2, 2, 2, 3, 3, 4, 5};
    return depths[core_random_below(prng, sizeof depths)];
}

/* The length of the run is not known: log-uniform, so that each order of magnitude has its seeds.
 * Change points behind the end of the run are lost, those of a small k are in its beginning. */
static uint64_t draw_steps(uint64_t *prng)
{
    uint64_t low = core_random_power(prng, 3, 15);
    return low + core_random_below(prng, low);
}

static void sort(uint64_t *a, size_t n)
{
    for (size_t i = 1; i < n; i++)
        for (size_t j = i; j && a[j - 1] > a[j]; j--) {
            uint64_t swap = a[j];
            a[j] = a[j - 1];
            a[j - 1] = swap;
        }
}

static void init(struct core_strategy *s)
{
    uint32_t depth = s->config.depth ? s->config.depth : draw_depth(&s->prng);
    uint64_t steps = s->config.steps ? s->config.steps : draw_steps(&s->prng);
    s->u.pct.lowest = CHANGED;
    s->u.pct.next = 0;
    s->u.pct.changes = depth - 1;
    for (uint32_t i = 0; i < depth - 1; i++)
        s->u.pct.at[i] = s->points + 1 + core_random_below(&s->prng, steps);
    sort(s->u.pct.at, depth - 1);
}

/* Tasks that lived before this strategy came to play have no priority yet. */
static void look_after(struct core_strategy *s, struct core_task *t)
{
    if (!t->priority)
        t->priority = BORN | core_random(&s->prng);
}

static bool change_is_due(struct core_strategy *s)
{
    bool due = false;
    for (; s->u.pct.next < s->u.pct.changes && s->u.pct.at[s->u.pct.next] <= s->points; due = true)
        s->u.pct.next++;
    return due;
}

static struct core_task *pick(struct core_strategy *s, const struct core_pick *p)
{
    for (size_t i = 0; i < p->count; i++)
        look_after(s, p->ready[i]);
    bool due = change_is_due(s);
    if (p->last && p->yields)
        p->last->priority = --s->u.pct.lowest;
    struct core_task *next = core_strategy_highest(p);
    if (due) {
        next->priority = CHANGED + (core_random(&s->prng) >> 2);
        next = core_strategy_highest(p);
    }
    core_strategy_hush(s, s->u.pct.next < s->u.pct.changes
                              ? s->u.pct.at[s->u.pct.next] - s->points - 1
                              : UINT32_MAX);
    return next;
}

static void born(struct core_strategy *s, struct core_task *t)
{
    look_after(s, t);
    core_strategy_listen(s);
}

static void woken(struct core_strategy *s, struct core_task *t)
{
    core_strategy_listen(s);
}

const struct core_strategy_ops core_strategy_pct = {
    .init = init, .pick = pick, .born = born, .woken = woken};
