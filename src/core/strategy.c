#include "strategy.h"

#include <errno.h>

#include "schedule.h"
#include "strategy_kinds.h"

struct parameter {
    const char *name;
    size_t offset; /* in core_strategy_config */
    bool wide;     /* 64 bits */
    uint64_t low, high;
};

#define PARAMETER(name, low, high)                                                                 \
    {#name, offsetof(struct core_strategy_config, name),                                           \
     sizeof(((struct core_strategy_config *)0)->name) == 8, low, high}

/* ops NULL: the kernel decides. */
static const struct kind {
    const char *name;
    const struct core_strategy_ops *ops;
    struct parameter parameters[3]; /* closed by an empty one */
} kinds[CORE_STRATEGIES] = {
    [CORE_STRATEGY_OS] = {"os", NULL, {{0}}},
    [CORE_STRATEGY_DELAY] = {"delay", NULL, {{0}}},
    [CORE_STRATEGY_RANDOM] = {"random", &core_strategy_random, {PARAMETER(stay, 1, UINT32_MAX)}},
    [CORE_STRATEGY_PCT] = {"pct",
                           &core_strategy_pct,
                           {PARAMETER(depth, 1, CORE_PCT_CHANGES + 1),
                            PARAMETER(steps, 1, (uint64_t)1 << 62)}},
    [CORE_STRATEGY_POS] = {"pos", &core_strategy_pos, {{0}}},
    [CORE_STRATEGY_SURW] = {"surw", &core_strategy_surw, {{0}}},
    [CORE_STRATEGY_RR] = {"rr", &core_strategy_rr, {{0}}},
    [CORE_STRATEGY_LIST] = {"list", &core_strategy_list, {{0}}},
};

uint64_t core_seed_hash(const char *text)
{
    uint64_t hash = 0xcbf29ce484222325ull; /* FNV-1a's offset and prime for 64 bits */
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 0x100000001b3ull;
    return hash;
}

/* ---- text ---- */

/* Does `word` stand at *text, up to ':', '=' or the end? Then *text moves behind it. */
static bool take_word(const char **text, const char *word)
{
    const char *t = *text;
    while (*word && *t == *word)
        t++, word++;
    if (*word || (*t && *t != ':' && *t != '='))
        return false;
    *text = t;
    return true;
}

static bool take_number(const char **text, uint64_t *number)
{
    const char *t = *text;
    uint64_t n = 0;
    for (; *t >= '0' && *t <= '9'; t++)
        if (__builtin_mul_overflow(n, 10, &n) || __builtin_add_overflow(n, *t - '0', &n))
            return false;
    if (t == *text)
        return false;
    *text = t;
    *number = n;
    return true;
}

static bool take_parameter(const struct kind *k, struct core_strategy_config *config,
                           const char **text)
{
    for (const struct parameter *p = k->parameters; p->name; p++) {
        uint64_t value;
        if (!take_word(text, p->name))
            continue;
        if (*(*text)++ != '=' || !take_number(text, &value) || value < p->low || value > p->high)
            return false;
        char *field = (char *)config + p->offset;
        if (p->wide)
            *(uint64_t *)(void *)field = value;
        else
            *(uint32_t *)(void *)field = (uint32_t)value;
        return true;
    }
    return false;
}

int core_strategy_parse(struct core_strategy_config *config, const char *text)
{
    struct core_strategy_config c = *config;
    const struct kind *k = kinds;
    c.depth = c.stay = 0;
    c.steps = 0;
    while (k < kinds + CORE_STRATEGIES && !take_word(&text, k->name))
        k++;
    if (k == kinds + CORE_STRATEGIES)
        return -EINVAL;
    c.kind = (enum core_strategy_kind)(k - kinds);
    while (*text)
        if (*text++ != ':' || !take_parameter(k, &c, &text))
            return -EINVAL;
    *config = c;
    return 0;
}

const char *core_strategy_name(enum core_strategy_kind kind)
{
    return (unsigned)kind < CORE_STRATEGIES ? kinds[kind].name : "?";
}

bool core_strategy_is_controlled(enum core_strategy_kind kind)
{
    return (unsigned)kind < CORE_STRATEGIES && kinds[kind].ops;
}

/* ---- the calls ---- */

/* For a kind that the kernel decides: none of the calls is to be made; if one is, stay. */
static const struct core_strategy_ops *ops_of(const struct core_strategy *s)
{
    const struct core_strategy_ops *ops = kinds[s->plays].ops;
    return ops ? ops : &core_strategy_rr;
}

void core_strategy_become(struct core_strategy *s, enum core_strategy_kind kind)
{
    s->plays = kind;
    ops_of(s)->init(s);
}

void core_strategy_init(struct core_strategy *s, const struct core_strategy_config *config)
{
    *s = (struct core_strategy){.config = *config, .prng = config->seed};
    core_strategy_become(s, config->kind);
}

struct core_task *core_strategy_repick(struct core_strategy *s, const struct core_pick *p)
{
    return ops_of(s)->pick(s, p);
}

struct core_task *core_strategy_pick(struct core_strategy *s, const struct core_pick *p)
{
    core_strategy_listen(s);
    s->points++;
    return core_strategy_repick(s, p);
}

void core_strategy_born(struct core_strategy *s, struct core_task *t)
{
    if (ops_of(s)->born)
        ops_of(s)->born(s, t);
}

void core_strategy_woken(struct core_strategy *s, struct core_task *t)
{
    if (ops_of(s)->woken)
        ops_of(s)->woken(s, t);
}

void core_strategy_gone(struct core_strategy *s, struct core_task *t)
{
    if (ops_of(s)->gone)
        ops_of(s)->gone(s, t);
}

uint32_t core_strategy_rechoose(struct core_strategy *s, struct core_task *running, uint32_t count)
{
    if (ops_of(s)->choose)
        return ops_of(s)->choose(s, running, count);
    return (uint32_t)core_random_below(&s->prng, count);
}

uint32_t core_strategy_choose(struct core_strategy *s, struct core_task *running, uint32_t count)
{
    running->points++;
    return core_strategy_rechoose(s, running, count);
}

long core_strategy_left_at(const struct core_strategy *s)
{
    return s->list.left ? (long)s->list.misfit : -1;
}

/* ---- shared by the kinds ---- */

struct core_task *core_strategy_next(const struct core_pick *p, uint32_t id)
{
    size_t low = 0, high = p->count; /* the first that is higher lies in [low, high] */
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (p->ready[middle]->id > id)
            high = middle;
        else
            low = middle + 1;
    }
    return p->ready[low < p->count ? low : 0];
}

struct core_task *core_base_pick(const struct core_pick *p)
{
    if (!p->last)
        return p->ready[0];
    return p->runs_on && !p->yields ? p->last : core_strategy_next(p, p->last->id);
}

struct core_task *core_strategy_highest(const struct core_pick *p)
{
    struct core_task *best = p->ready[0];
    for (size_t i = 1; i < p->count; i++)
        if (p->ready[i]->priority > best->priority)
            best = p->ready[i];
    return best;
}

uint64_t core_random_power(uint64_t *state, unsigned low, unsigned high)
{
    return (uint64_t)1 << (low + core_random_below(state, high - low + 1));
}

/* -ln(x / 2^64) for x > 0 in units of 2^-16, without floating point. */
static uint64_t minus_ln(uint64_t x)
{
    unsigned zeros = (unsigned)__builtin_clzll(x);
    uint64_t f = x << zeros << 1 >> 48; /* x is (1 + f / 2^16) 2^(63 - zeros) */
    /* log2(1 + f) is close to f + 0.343 f (1 - f) */
    uint64_t log2 = f + (f * (65536 - f) >> 16) * 22479 / 65536;
    return (((uint64_t)zeros + 1) * 65536 - log2) * 45426 / 65536; /* times ln 2 */
}

uint64_t core_random_stay(uint64_t *state, uint64_t mean)
{
    if (mean <= 1)
        return 0;
    /* ln U / ln(1 - 1 / mean), rounded down, is geometric; the divisor is about 1 / (mean - 1/2) */
    return (minus_ln(core_random(state) | 1) * (2 * mean - 1)) >> 17;
}
