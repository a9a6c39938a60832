/* Which acts are worth a row. Each gets a score; the best are taken until the table is full. A
 * score falls with the distance to the nearest thing that matters for certain (a marked switch, the
 * finding, a wait that never ends, the end of the run). */
#include "explain.h"

#include <stdlib.h>
#include <string.h>

enum {
    NEVER = -1, /* no row of its own */
    CERTAIN = 100,
    PARTNER = 85,  /* what was done just before and after a marked switch */
    MEETING = 78,  /* two threads one after the other at one place in memory, one of them writing */
    HOT = 66,      /* another access to memory that the failure is about */
    HANDOVER = 60, /* a meeting at a mutex or the like */
    LAST = 50,     /* of a thread; waits */
    HOT_SYNC = 46,
    LIFE = 45, /* create, join */
    OTHER = 38,
    WORTH = 34, /* what scores less is folded although there is room */
    HOT_MAX = 64,
    TRIED_MAX = 4000, /* of the best candidates */
};

struct chooser {
    const struct acts *acts;
    const struct trace *trace;
    int *scores;
    size_t *distance;    /* to what matters, in acts */
    size_t *counted;     /* counted[i]: operations before act i */
    uint32_t *contended; /* objects that one thread changes and another touches; sorted */
    size_t contended_count;
    size_t marked_from; /* act */
    uint32_t hot[HOT_MAX];
    size_t hot_count;
    size_t *rows; /* chosen so far, sorted */
    size_t rows_count, rows_max;
};

static void *array_of(size_t count, size_t size)
{
    void *array = calloc(count + 1, size);
    if (!array)
        abort();
    return array;
}

static bool is_done(const struct act *act)
{
    return act->kind == ACT_DO || act->kind == ACT_GAP;
}

/* Of many marked switches only the last are certain of a row, or there would be room for nothing
 * else. */
static bool is_certain(const struct chooser *c, size_t i)
{
    const struct act *act = &c->acts->at[i];
    return (act->marked && i >= c->marked_from) || act->kind == ACT_FINDING ||
           (act->kind == ACT_WAIT && act->for_ever);
}

/* ---- objects ---- */

struct use {
    uint32_t object, thread;
    size_t act;
    bool changes, memory;
};

static bool is_memory(enum core_op op)
{
    return op == CORE_OP_READ || op == CORE_OP_WRITE || op == CORE_OP_ATOMIC_LOAD ||
           op == CORE_OP_ATOMIC_STORE || op == CORE_OP_ATOMIC_RMW;
}

static int by_object(const void *left, const void *right)
{
    const struct use *a = left, *b = right;
    if (a->object != b->object)
        return a->object < b->object ? -1 : 1;
    return a->act < b->act ? -1 : a->act > b->act;
}

/* All uses of objects, by object and then in order; *count of them. */
static struct use *find_uses(const struct chooser *c, size_t *count)
{
    struct use *uses = array_of(c->acts->count, sizeof *uses);
    *count = 0;
    for (size_t i = 0; i < c->acts->count; i++) {
        const struct act *act = &c->acts->at[i];
        enum core_op_effect effect = core_op_effect(act->op);
        if (act->kind != ACT_GAP && act->object && effect)
            uses[(*count)++] = (struct use){act->object, act->thread, i, effect == CORE_OP_CHANGES,
                                            is_memory(act->op)};
    }
    qsort(uses, *count, sizeof *uses, by_object);
    return uses;
}

static void find_contended(struct chooser *c)
{
    size_t count;
    struct use *uses = find_uses(c, &count);
    for (size_t i = 0, next; i < count; i = next) {
        bool changed = false, shared = false;
        for (next = i; next < count && uses[next].object == uses[i].object; next++) {
            changed = changed || uses[next].changes;
            shared = shared || uses[next].thread != uses[i].thread;
        }
        if (changed && shared)
            c->contended[c->contended_count++] = uses[i].object;
    }
    free(uses);
}

static int by_number(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return a < b ? -1 : a > b;
}

static bool is_contended(const struct chooser *c, uint32_t object)
{
    return bsearch(&object, c->contended, c->contended_count, sizeof object, by_number) != NULL;
}

/* ---- scores ---- */

static void find_marked(struct chooser *c)
{
    size_t left = c->rows_max / 4 + 1;
    for (c->marked_from = c->acts->count; c->marked_from > 0 && left > 0; c->marked_from--)
        left -= c->acts->at[c->marked_from - 1].marked;
}

static void add_hot(struct chooser *c, uint32_t object)
{
    for (size_t i = 0; i < c->hot_count; i++)
        if (c->hot[i] == object)
            return;
    if (object && c->hot_count < HOT_MAX && is_contended(c, object))
        c->hot[c->hot_count++] = object;
}

static bool is_hot(const struct chooser *c, const struct act *act)
{
    for (size_t i = 0; i < c->hot_count; i++)
        if (c->hot[i] == act->object)
            return true;
    return false;
}

static void raise_to(struct chooser *c, size_t act, int score)
{
    if (c->scores[act] < score)
        c->scores[act] = score;
}

/* The nearest operation of the thread before act `at`, or behind it; SIZE_MAX when there is none.
 */
static size_t beside(const struct chooser *c, size_t at, uint32_t thread, bool behind)
{
    const struct acts *acts = c->acts;
    for (size_t i = at; behind ? ++i < acts->count : i-- > 0;)
        if (acts->at[i].kind == ACT_DO && acts->at[i].thread == thread)
            return i;
    return SIZE_MAX;
}

/* The last before the switch, what then happened first, and what was held up by it. */
static void score_partners(struct chooser *c, size_t at)
{
    const struct act *act = &c->acts->at[at];
    size_t beside_it[] = {beside(c, at, act->thread, false), beside(c, at, act->to, true),
                          beside(c, at, act->thread, true)};
    for (size_t i = 0; i < 3; i++)
        if (beside_it[i] != SIZE_MAX) {
            raise_to(c, beside_it[i], PARTNER);
            add_hot(c, c->acts->at[beside_it[i]].object);
        }
}

static void score_certain(struct chooser *c)
{
    for (size_t i = 0; i < c->acts->count; i++) {
        const struct act *act = &c->acts->at[i];
        if (!is_certain(c, i))
            continue;
        raise_to(c, i, CERTAIN);
        add_hot(c, act->object);
        if (act->kind == ACT_STOP)
            score_partners(c, i);
        if (act->kind == ACT_WAIT && act->taken != SIZE_MAX)
            raise_to(c, act->taken, PARTNER);
        size_t seen = act->kind == ACT_FINDING ? beside(c, i, act->thread, false) : SIZE_MAX;
        if (seen != SIZE_MAX) {
            raise_to(c, seen, PARTNER);
            add_hot(c, c->acts->at[seen].object);
        }
    }
}

static void measure(struct chooser *c)
{
    size_t count = c->acts->count;
    for (size_t i = 0; i < count; i++) {
        bool here = is_certain(c, i) || i + 1 == count;
        c->distance[i] = here                                  ? 0
                         : i && c->distance[i - 1] != SIZE_MAX ? c->distance[i - 1] + 1
                                                               : SIZE_MAX;
        c->counted[i + 1] = c->counted[i] + is_done(&c->acts->at[i]);
    }
    for (size_t i = count; i-- > 1;)
        if (c->distance[i] + 1 < c->distance[i - 1])
            c->distance[i - 1] = c->distance[i] + 1;
}

static int base_score(const struct chooser *c, const struct act *act)
{
    if (act->kind == ACT_WAIT)
        return LAST;
    if (is_hot(c, act))
        return is_memory(act->op) ? HOT : HOT_SYNC;
    if (act->op == CORE_OP_CREATE || act->op == CORE_OP_JOIN)
        return LIFE;
    return OTHER;
}

/* A score at some distance from what matters. */
static int far_away(const struct chooser *c, size_t act, int score)
{
    for (size_t far = c->distance[act] + 1; far > 1 && score > 0; far /= 2)
        score -= score > LIFE ? 1 : 2;
    return score;
}

static void score_meetings(struct chooser *c)
{
    size_t count;
    struct use *uses = find_uses(c, &count);
    for (size_t i = 1; i < count; i++) {
        const struct use *a = &uses[i - 1], *b = &uses[i];
        if (a->object != b->object || a->thread == b->thread || !(a->changes || b->changes))
            continue;
        int score = a->memory && b->memory ? MEETING : HANDOVER;
        raise_to(c, a->act, far_away(c, a->act, score));
        raise_to(c, b->act, far_away(c, b->act, score));
    }
    free(uses);
}

static void score_others(struct chooser *c)
{
    for (size_t i = 0; i < c->acts->count; i++) {
        const struct act *act = &c->acts->at[i];
        if (act->kind == ACT_DO || act->kind == ACT_WAIT)
            raise_to(c, i, far_away(c, i, base_score(c, act)));
        else if (!is_certain(c, i))
            c->scores[i] = act->marked ? LAST : NEVER;
    }
    for (size_t t = 0; t < c->trace->threads_count; t++) {
        size_t last = beside(c, c->acts->count, c->trace->threads[t].id, false);
        if (last != SIZE_MAX)
            raise_to(c, last, LAST);
    }
}

static void lower_foreign(struct chooser *c, const bool *foreign)
{
    for (size_t i = 0; i < c->acts->count; i++)
        if (foreign[i] && c->scores[i] < PARTNER && c->scores[i] >= WORTH)
            c->scores[i] = WORTH - 1;
}

/* ---- taking the best ---- */

static bool folds(const struct chooser *c, size_t after, size_t before)
{
    return c->counted[before] > c->counted[after];
}

/* Puts the act among the rows if the table then still has room for the folds, too. */
static void try_row(struct chooser *c, size_t act, size_t *used)
{
    size_t at = 0;
    while (at < c->rows_count && c->rows[at] < act)
        at++;
    size_t after = at ? c->rows[at - 1] + 1 : 0;
    size_t before = at < c->rows_count ? c->rows[at] : c->acts->count;
    size_t now =
        *used + 1 + folds(c, after, act) + folds(c, act + 1, before) - folds(c, after, before);
    if (now > c->rows_max)
        return;
    memmove(c->rows + at + 1, c->rows + at, (c->rows_count++ - at) * sizeof *c->rows);
    c->rows[at] = act;
    *used = now;
}

static const struct chooser *sorting; /* qsort has no argument for it */

static int by_score(const void *left, const void *right)
{
    size_t a = *(const size_t *)left, b = *(const size_t *)right;
    if (sorting->scores[a] != sorting->scores[b])
        return sorting->scores[a] > sorting->scores[b] ? -1 : 1;
    return a > b ? -1 : 1; /* the later one */
}

static void take_best(struct chooser *c)
{
    size_t count = 0, used;
    size_t *order = array_of(c->acts->count, sizeof *order);
    for (size_t i = 0; i < c->acts->count; i++)
        if (c->scores[i] >= WORTH)
            order[count++] = i;
    sorting = c;
    qsort(order, count, sizeof *order, by_score);
    used = folds(c, 0, c->acts->count);
    for (size_t i = 0; i < count && i < TRIED_MAX; i++)
        try_row(c, order[i], &used);
    free(order);
}

/* A fold of a single operation takes as much room as the operation. */
static void show_single(const struct chooser *c, bool *chosen)
{
    size_t hidden = 0, which = 0;
    for (size_t i = 0; i <= c->acts->count; i++) {
        if (i < c->acts->count && !chosen[i]) {
            hidden += is_done(&c->acts->at[i]) ? c->acts->at[i].kind == ACT_DO ? 1 : 2 : 0;
            which = is_done(&c->acts->at[i]) ? i : which;
            continue;
        }
        if (hidden == 1)
            chosen[which] = true;
        hidden = 0;
    }
}

void acts_choose(const struct acts *acts, const struct trace *trace, const bool *foreign,
                 size_t rows, bool *chosen)
{
    struct chooser c = {
        .acts = acts,
        .trace = trace,
        .rows_max = rows,
        .scores = array_of(acts->count, sizeof(int)),
        .distance = array_of(acts->count, sizeof(size_t)),
        .counted = array_of(acts->count, sizeof(size_t)),
        .contended = array_of(acts->count, sizeof(uint32_t)),
        .rows = array_of(rows, sizeof(size_t)),
    };
    find_contended(&c);
    find_marked(&c);
    measure(&c);
    score_certain(&c);
    score_meetings(&c);
    score_others(&c);
    if (foreign)
        lower_foreign(&c, foreign);
    take_best(&c);
    for (size_t i = 0; i < acts->count; i++)
        chosen[i] = false;
    for (size_t i = 0; i < c.rows_count; i++)
        chosen[c.rows[i]] = true;
    show_single(&c, chosen);
    free(c.scores);
    free(c.distance);
    free(c.counted);
    free(c.contended);
    free(c.rows);
}
