/*
 * The numbers of Go's math/rand, from a seed: GoReplay draws its bias from them.
 *
 * An additive lagged Fibonacci generator modulo 2^64 (Knuth, TAOCP 2, 3.2.2: lags 607 and 273).
 * Go starts it from a small multiplicative generator, each word combined with a constant: the
 * 607 constants are the state of the same generator 7.8e12 steps after seed 1. We carry no table
 * of them: a step is linear, so that state is x^7800000000000 modulo x^607 - x^334 - 1 applied to
 * the start, some 16 million multiplications, once, in the few programs that ask for a bias.
 */
#ifndef REPRISE_CORE_GO_RANDOM_H
#define REPRISE_CORE_GO_RANDOM_H

#include "core.h"

enum { CORE_GO_RANDOM_WORDS = 607 };

struct core_go_random {
    uint64_t words[CORE_GO_RANDOM_WORDS];
    uint32_t tap, feed;
};

/* As rand.New(rand.NewSource(seed)). Takes some 10 ms and, for that time, memory from the host. */
void core_go_random_init(struct core_go_random *r, int64_t seed);
/* As its Uint64(). Callers order themselves. */
uint64_t core_go_random_next(struct core_go_random *r);
/* As its Float64(): in [0, 1). */
double core_go_random_fraction(struct core_go_random *r);

#endif
