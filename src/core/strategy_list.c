/*
 * Plays a schedule: the base rule, but for the choices that the items name.
 *
 * Strict: the items come in their order. At each pick the next item is either this choice's, or is
 * still to come; when it can be neither, the path is left, and the strategy and the seed that the
 * schedule carries decide from there on.
 *
 * Not strict (shrink takes items out, so others come later or not at all): each task has its own
 * cursor over the items, core_task.mark, and what does not fit is passed over.
 */
#include "schedule.h"
#include "strategy_kinds.h"

static void init(struct core_strategy *s)
{
    s->list.next = 0;
    s->list.left = false;
    s->list.gone = UINT32_MAX;
}

/* The first item of the task at or behind i. */
static uint32_t item_of(const struct core_schedule *c, uint32_t task, uint32_t i)
{
    while (i < c->count && c->items[i].task != task)
        i++;
    return i;
}

static void leave(struct core_strategy *s)
{
    const struct core_schedule *c = s->config.schedule;
    struct core_strategy_config config = {.kind = CORE_STRATEGY_RANDOM};
    s->list.left = true;
    s->list.misfit = s->list.next;
    if (core_strategy_parse(&config, c->strategy) || !core_strategy_is_controlled(config.kind) ||
        config.kind == CORE_STRATEGY_LIST)
        config.kind = CORE_STRATEGY_RANDOM;
    config.seed = s->prng = core_seed_hash(c->seed);
    config.profile = s->config.profile;
    config.schedule = c;
    s->config = config;
    core_strategy_become(s, config.kind);
}

static struct core_task *find_ready(const struct core_pick *p, uint32_t id)
{
    struct core_task *t = id ? core_strategy_next(p, id - 1) : p->ready[0];
    return t->id == id ? t : NULL;
}

/* The next item that `task` may reach, by its cursor; count when there is none. */
static uint32_t coming(struct core_strategy *s, struct core_task *t)
{
    const struct core_schedule *c = s->config.schedule;
    if (c->strict)
        return s->list.next < c->count && c->items[s->list.next].task == t->id ? s->list.next
                                                                               : c->count;
    return t->mark = item_of(c, t->id, t->mark);
}

static void done(struct core_strategy *s, struct core_task *t)
{
    if (s->config.schedule->strict)
        s->list.next++;
    else
        t->mark++;
}

/*
 * The item of this choice of t, NULL when there is none. Items that t went past are passed over or,
 * strict, end the list: *misfit.
 */
static const struct core_item *item_here(struct core_strategy *s, struct core_task *t,
                                         enum core_choice choice, bool *misfit)
{
    const struct core_schedule *c = s->config.schedule;
    for (;;) {
        uint32_t i = coming(s, t);
        if (i == c->count || c->items[i].point > t->points)
            return NULL;
        if (c->items[i].point == t->points && c->items[i].choice == choice)
            return &c->items[i];
        if (c->strict) {
            *misfit = true;
            return NULL;
        }
        done(s, t);
    }
}

/* How many points of t surely pass without an item. */
static void arm(struct core_strategy *s, struct core_task *t)
{
    uint32_t i = coming(s, t);
    if (i == s->config.schedule->count)
        core_strategy_hush(s, UINT32_MAX);
    else if (s->config.schedule->items[i].point > t->points)
        core_strategy_hush(s, s->config.schedule->items[i].point - t->points - 1);
}

static bool checks(const struct core_item *item, const struct core_task *t)
{
    return item->check == core_item_check(t->op, t->object);
}

/* The one that ended has no more choices: an item of it that is next never fits. */
static bool next_is_of_the_gone(const struct core_strategy *s)
{
    const struct core_schedule *c = s->config.schedule;
    return c->strict && s->list.next < c->count && c->items[s->list.next].task == s->list.gone;
}

static struct core_task *pick(struct core_strategy *s, const struct core_pick *p)
{
    bool misfit = false;
    struct core_task *next = core_base_pick(p);
    const struct core_item *item =
        p->last ? item_here(s, p->last, CORE_CHOICE_SWITCH, &misfit) : NULL;
    if (item) {
        struct core_task *to = find_ready(p, item->to);
        if (to && checks(item, p->last))
            next = to;
        else
            misfit = true;
        if (!misfit || !s->config.schedule->strict)
            done(s, p->last);
    }
    misfit = (misfit && s->config.schedule->strict) || next_is_of_the_gone(s);
    if (misfit) {
        leave(s);
        return core_strategy_repick(s, p);
    }
    arm(s, next);
    return next;
}

static void gone(struct core_strategy *s, struct core_task *t)
{
    s->list.gone = t->id; /* its last choice is made after this */
}

static uint32_t choose(struct core_strategy *s, struct core_task *running, uint32_t count)
{
    bool misfit = false;
    uint32_t chosen = 0;
    const struct core_item *item = item_here(s, running, CORE_CHOICE_OTHER, &misfit);
    core_strategy_listen(s); /* the choice was a point */
    if (item) {
        if (item->to < count && checks(item, running))
            chosen = item->to;
        else
            misfit = true;
        if (!misfit || !s->config.schedule->strict)
            done(s, running);
    }
    if (misfit && s->config.schedule->strict) {
        leave(s);
        return core_strategy_rechoose(s, running, count);
    }
    arm(s, running);
    return chosen;
}

const struct core_strategy_ops core_strategy_list = {
    .init = init, .pick = pick, .gone = gone, .choose = choose};
