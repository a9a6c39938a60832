#include "annotate.h"

/* Disjoint, not touching, sorted by address: declaring a range melts it into its neighbours. */
struct range {
    rt_addr low, high;
};

static core_lock lock;
static struct range *ranges; /* under lock, like the rest */
static size_t nranges, capacity;

/* The first range that ends at addr or later. */
static size_t find(rt_addr addr)
{
    size_t low = 0, high = nranges;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (ranges[middle].high < addr)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void make_room(void)
{
    if (nranges < capacity)
        return;
    size_t larger = capacity ? capacity * 2 : 64;
    struct range *r = core_alloc(larger * sizeof *r);
    for (size_t i = 0; i < nranges; i++)
        r[i] = ranges[i];
    if (capacity)
        core_free(ranges, capacity * sizeof *ranges);
    ranges = r;
    capacity = larger;
}

/* Replaces the ranges first..last-1 by one. */
static void replace(size_t first, size_t last, struct range with)
{
    if (first == last) {
        make_room();
        for (size_t i = nranges++; i > first; i--)
            ranges[i] = ranges[i - 1];
    } else {
        for (size_t i = last; i < nranges; i++)
            ranges[first + 1 + i - last] = ranges[i];
        nranges -= last - first - 1;
    }
    ranges[first] = with;
}

void rt_benign_add(rt_addr addr, size_t bytes)
{
    if (!bytes)
        return;
    core_lock_acquire(&lock);
    struct range r = {addr, addr + bytes};
    size_t first = find(addr), last = first;
    for (; last < nranges && ranges[last].low <= r.high; last++) {
        if (ranges[last].low < r.low)
            r.low = ranges[last].low;
        if (ranges[last].high > r.high)
            r.high = ranges[last].high;
    }
    replace(first, last, r);
    core_lock_release(&lock);
}

bool rt_race_is_benign(rt_addr addr, size_t bytes)
{
    core_lock_acquire(&lock);
    size_t i = find(addr + 1); /* ends behind addr */
    bool is = i < nranges && ranges[i].low < addr + bytes;
    core_lock_release(&lock);
    return is;
}
