/*
 * The default: a random walk in one of many gaits, which the seed decides. No single one does for
 * all programs. Choosing at each point hides deep states (no queue is ever filled), seldom choosing
 * hides the others; so the seed draws
 *
 *     stay      a choice every so many points on average, from 1 to 256. Half of the seeds choose
 *               at each point or each second one
 *     by site   most choose a place in the program first and then one of the tasks there. A hundred
 *               workers at one line weigh no more than the one that checks them
 *     whole     of those that choose often, half do not in a critical section, unless it is about
 *               to enter another one: that's where the order of sections is decided
 *     held      some hold new tasks back until nobody else can run: they start together
 *
 * and every second seed plays pos, or sometimes pct, instead: in the simulator pos finds bugs of
 * short programs with the fewest runs, the walk those in long ones. `random:stay=N` is the walk
 * alone.
 *
 * No choice is made where it would make no difference: at the start, creation, end and join of
 * tasks, before an unlock, and before the first operation of a task (who started it chose that).
 */
#include "strategy_kinds.h"

static bool one_in(struct core_strategy *s, uint64_t n)
{
    return core_random_below(&s->prng, n) == 0;
}

static uint32_t draw_stay(struct core_strategy *s)
{
    static const uint8_t powers[] = {0, 0, 0, 0, 0, 1, 1, 1, 2, 2, 3, 4, 5, 6, 7, 8};
    return 1u << powers[core_random_below(&s->prng, sizeof powers)];
}

static void init(struct core_strategy *s)
{
    if (!s->config.stay && !one_in(s, 2)) {
        core_strategy_become(s, one_in(s, 8) ? CORE_STRATEGY_PCT : CORE_STRATEGY_POS);
        return;
    }
    s->u.random.stay = s->config.stay ? s->config.stay : draw_stay(s);
    s->u.random.by_site = !one_in(s, 8);
    s->u.random.whole = s->u.random.stay <= 4 && one_in(s, 2);
    s->u.random.held_from = one_in(s, 8) ? 0 : UINT32_MAX;
    s->u.random.left = 0;
}

/* Is t inside of a critical section, and not about to enter another one? Counts its locks. */
static bool is_inside(struct core_task *t)
{
    if (t->op == CORE_OP_LOCK || t->op == CORE_OP_READ_LOCK) {
        t->mark++;
        return false;
    }
    bool inside = t->mark != 0;
    if (t->op == CORE_OP_UNLOCK && inside)
        t->mark--;
    return inside;
}

/* Neither the one that gave way nor one that is held. */
static bool eligible(const struct core_strategy *s, const struct core_pick *p,
                     const struct core_task *t)
{
    bool held = t->op == CORE_OP_START && t->id >= s->u.random.held_from;
    return !held && (t != p->last || !p->yields || p->count == 1);
}

/* The new ones are held until nobody else can run. */
static void release(struct core_strategy *s, const struct core_pick *p)
{
    for (size_t i = 0; i < p->count; i++)
        if (eligible(s, p, p->ready[i]))
            return;
    s->u.random.held_from = p->ready[p->count - 1]->id + 1;
}

/* Uniform over tasks. */
static struct core_task *any_task(struct core_strategy *s, const struct core_pick *p)
{
    struct core_task *t = NULL;
    uint64_t seen = 0;
    for (size_t i = 0; i < p->count; i++)
        if (eligible(s, p, p->ready[i]) && !core_random_below(&s->prng, ++seen))
            t = p->ready[i];
    return t;
}

/* Uniform over the places in the program where tasks are, then over the tasks there: each place
 * gets a random number, the highest wins. */
static struct core_task *any_site(struct core_strategy *s, const struct core_pick *p)
{
    struct core_task *t = NULL;
    uint64_t seen = 0, best = 0, salt = core_random(&s->prng);
    for (size_t i = 0; i < p->count; i++) {
        if (!eligible(s, p, p->ready[i]))
            continue;
        uint64_t height = core_mix(core_mix(salt ^ p->ready[i]->site) + salt);
        if (!t || height > best) {
            best = height;
            seen = 0;
        }
        if (height == best && !core_random_below(&s->prng, ++seen))
            t = p->ready[i];
    }
    return t;
}

/* The running task's operation is no place for a choice. */
static bool passes(struct core_strategy *s, struct core_task *t)
{
    bool inside = s->u.random.whole && is_inside(t);
    return inside || core_strategy_commutes(t) || t->op == CORE_OP_UNLOCK || t->points == 1;
}

static struct core_task *pick(struct core_strategy *s, const struct core_pick *p)
{
    bool pass = p->runs_on && passes(s, p->last);
    if (p->runs_on && !p->yields) {
        if (pass)
            return p->last;
        if (s->u.random.left) {
            s->u.random.left--;
            return p->last;
        }
    }
    release(s, p);
    uint64_t stay = core_random_stay(&s->prng, s->u.random.stay);
    if (s->u.random.whole)
        s->u.random.left = stay; /* must see each lock */
    else
        core_strategy_hush(s, stay);
    return s->u.random.by_site ? any_site(s, p) : any_task(s, p);
}

static void born(struct core_strategy *s, struct core_task *t)
{
    core_strategy_listen(s);
}

const struct core_strategy_ops core_strategy_random = {.init = init, .pick = pick, .born = born};
