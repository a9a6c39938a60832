#include "go_random.h"

enum {
    WORDS = CORE_GO_RANDOM_WORDS,
    LAG = 273,
    MIDDLE = WORDS - LAG, /* x^607 = x^334 + 1 */
    WARM_UP = 20,
};
#define STEPS UINT64_C(7800000000000)

/* Polynomials modulo x^607 - x^334 - 1; coefficients modulo 2^64. */
struct poly {
    uint64_t c[WORDS];
};

struct workspace {
    struct poly power;
    uint64_t product[2 * WORDS];
    uint64_t sequence[2 * WORDS];
};

/* Lehmer's generator x * 48271 mod 2^31 - 1. */
static uint32_t lehmer(uint32_t x)
{
    return (uint32_t)((uint64_t)x * 48271 % 0x7fffffff);
}

static uint64_t three(uint32_t *x, int first, int second)
{
    uint64_t u = (uint64_t)(*x = lehmer(*x)) << first;
    u ^= (uint64_t)(*x = lehmer(*x)) << second;
    return u ^ (*x = lehmer(*x));
}

static void reduce(struct workspace *w)
{
    for (int i = 2 * WORDS - 1; i >= WORDS; i--) {
        w->product[i - WORDS] += w->product[i];
        w->product[i - WORDS + MIDDLE] += w->product[i];
    }
    for (int i = 0; i < WORDS; i++)
        w->power.c[i] = w->product[i];
}

static void square(struct workspace *w)
{
    for (int i = 0; i < 2 * WORDS; i++)
        w->product[i] = 0;
    for (int i = 0; i < WORDS; i++)
        for (int j = 0; j < WORDS; j++)
            w->product[i + j] += w->power.c[i] * w->power.c[j];
    reduce(w);
}

static void times_x(struct workspace *w)
{
    w->product[0] = 0;
    for (int i = 0; i < WORDS; i++)
        w->product[i + 1] = w->power.c[i];
    for (int i = WORDS + 1; i < 2 * WORDS; i++)
        w->product[i] = 0;
    reduce(w);
}

/* power = x^n */
static void raise_x(struct workspace *w, uint64_t n)
{
    w->power = (struct poly){{1}};
    for (int bit = 63; bit >= 0; bit--) {
        square(w);
        if (n >> bit & 1)
            times_x(w);
    }
}

/* Where the k-th word of the sequence is kept: the ring is walked downward. */
static uint32_t place(uint64_t k)
{
    return (uint32_t)((MIDDLE - 1 + (WORDS - k % WORDS)) % WORDS);
}

/* The state that the generator has STEPS after seed 1, in out. */
static void constants(struct workspace *w, uint64_t out[WORDS])
{
    uint32_t x = 1;
    for (int i = 0; i < WARM_UP; i++)
        x = lehmer(x);
    for (uint32_t i = 0; i < WORDS; i++)
        out[i] = three(&x, 20, 10);
    for (uint32_t k = 0; k < WORDS; k++)
        w->sequence[k] = out[place(k)];
    for (int k = WORDS; k < 2 * WORDS; k++)
        w->sequence[k] = w->sequence[k - WORDS] + w->sequence[k - LAG];
    raise_x(w, STEPS);
    for (uint32_t j = 0; j < WORDS; j++) {
        uint64_t sum = 0;
        for (int i = 0; i < WORDS; i++)
            sum += w->power.c[i] * w->sequence[i + (int)j];
        out[place(STEPS + j)] = sum;
    }
}

void core_go_random_init(struct core_go_random *r, int64_t seed)
{
    struct workspace *w = core_alloc(sizeof *w);
    constants(w, r->words);
    core_free(w, sizeof *w);

    seed %= 0x7fffffff;
    if (seed < 0)
        seed += 0x7fffffff;
    uint32_t x = seed ? (uint32_t)seed : 89482311;
    for (int i = 0; i < WARM_UP; i++)
        x = lehmer(x);
    for (int i = 0; i < WORDS; i++)
        r->words[i] ^= three(&x, 40, 20);
    r->tap = 0;
    r->feed = MIDDLE;
}

uint64_t core_go_random_next(struct core_go_random *r)
{
    r->tap = (r->tap ? r->tap : WORDS) - 1;
    r->feed = (r->feed ? r->feed : WORDS) - 1;
    return r->words[r->feed] += r->words[r->tap];
}

double core_go_random_fraction(struct core_go_random *r)
{
    double f;
    do /* the largest numbers round up to 1 */
        f = (double)(int64_t)(core_go_random_next(r) & INT64_MAX) / 9223372036854775808.0;
    while (f == 1);
    return f;
}
