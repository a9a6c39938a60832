/* The random numbers of strategies: splitmix64 (Steele, Lea, Flood: "Fast splittable pseudorandom
 * number generators", 2014). A state of one word, every state is good, and any two seeds give
 * streams that have nothing to do with each other. */
#include "strategy.h"

__extension__ typedef unsigned __int128 wide;

uint64_t core_random(uint64_t *state)
{
    uint64_t x = *state += 0x9e3779b97f4a7c15ull; /* 2^64 / golden ratio */
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ull;
    x = (x ^ x >> 27) * 0x94d049bb133111ebull;
    return x ^ x >> 31;
}

uint64_t core_random_below(uint64_t *state, uint64_t n)
{
    /* The high word of a product is uniform but for one part in 2^64 / n: no need to reject. */
    return (uint64_t)((wide)core_random(state) * n >> 64);
}
