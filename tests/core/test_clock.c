/*
 * Vector clocks against plain arrays: whatever raise, join, assign and clear do to a handful of
 * clocks that share chunks, each reads as the array beside it, and in the end nothing is left.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "../check.h"
#include "../core_host.h"
#include "core/clock.h"

enum { CLOCKS = 12, SLOTS = 2000, STEPS = 60000 };

static struct core_clock clocks[CLOCKS];
static core_id arrays[CLOCKS][SLOTS];
static uint64_t random_state = 1;

static uint32_t below(uint32_t n)
{
    random_state += 0x9e3779b97f4a7c15ull;
    return (uint32_t)((core_mix(core_mix(random_state)) >> 32) * n >> 32);
}

static void clear_all(void)
{
    for (int i = 0; i < CLOCKS; i++)
        core_clock_clear(&clocks[i]);
    memset(arrays, 0, sizeof arrays);
    CHECK_EQ(core_host_live_bytes(), 0);
}

static bool array_empty(const core_id *a)
{
    for (int i = 0; i < SLOTS; i++)
        if (a[i])
            return false;
    return true;
}

static bool array_join(core_id *to, const core_id *from)
{
    bool grew = false;
    for (int i = 0; i < SLOTS; i++) {
        grew |= from[i] > to[i];
        to[i] = from[i] > to[i] ? from[i] : to[i];
    }
    return grew;
}

static bool same(int i)
{
    for (uint32_t slot = 0; slot < SLOTS; slot++)
        if (core_clock_get(&clocks[i], slot) != arrays[i][slot])
            return false;
    return core_clock_empty(&clocks[i]) == array_empty(arrays[i]);
}

static void random_raise(int i, uint32_t slots)
{
    uint32_t slot = below(slots), version = clocks[i].version;
    core_id id = below(1000);
    bool grew = id > arrays[i][slot];

    CHECK_EQ(core_clock_raise(&clocks[i], slot, id), grew);
    CHECK_EQ(clocks[i].version != version, grew);
    if (grew)
        arrays[i][slot] = id;
}

static void random_join(int i, int from)
{
    uint32_t version = clocks[i].version;
    bool grew = array_join(arrays[i], arrays[from]);
    CHECK_EQ(core_clock_join(&clocks[i], &clocks[from]), grew);
    CHECK_EQ(clocks[i].version != version, grew);
}

typedef bool learner(struct core_clock *c, const struct core_clock *from, uint32_t own);

static bool learn_and_drop(struct core_clock *c, const struct core_clock *from, uint32_t own)
{
    return core_clock_absorb(c, (struct core_clock *)from, own);
}

/* What is learned of the own slot may be left out, and nothing else. */
static void random_learn(int i, int from, uint32_t slots, learner *learn)
{
    uint32_t own = below(slots), version = clocks[i].version;
    core_id before = arrays[i][own], all = before > arrays[from][own] ? before : arrays[from][own];
    arrays[i][own] = all;
    bool others = array_join(arrays[i], arrays[from]);
    bool grew = learn(&clocks[i], &clocks[from], own);
    core_id now = core_clock_get(&clocks[i], own);
    CHECK(now == before || now == all);
    CHECK_EQ(grew, others || now != before);
    CHECK_EQ(clocks[i].version != version, grew);
    arrays[i][own] = now;
}

static void random_step(uint32_t slots)
{
    int i = (int)below(CLOCKS), from = (int)below(CLOCKS); /* may be the same */
    uint32_t what = below(100);

    if (what < 50) {
        random_raise(i, slots);
    } else if (what < 65) {
        random_join(i, from);
    } else if (what < 75) {
        random_learn(i, from, slots, core_clock_learn);
    } else if (what < 80 && i != from) {
        random_learn(i, from, slots, learn_and_drop);
        memset(arrays[from], 0, sizeof arrays[from]);
    } else if (what < 97) {
        core_clock_assign(&clocks[i], &clocks[from]);
        memmove(arrays[i], arrays[from], sizeof arrays[i]);
    } else {
        core_clock_clear(&clocks[i]);
        memset(arrays[i], 0, sizeof arrays[i]);
    }
    if (!same(i) || !same(from))
        CHECK(!"a clock differs from its array");
}

static void random_steps(uint32_t slots, int steps)
{
    for (int step = 0; step < steps; step++)
        random_step(slots);
    for (int i = 0; i < CLOCKS; i++)
        CHECK(same(i));
    clear_all();
}

static void test_few_slots(void)
{
    random_steps(4, STEPS / 4);
}

static void test_one_chunk(void)
{
    random_steps(CORE_CHUNK_SLOTS, STEPS / 4);
}

static void test_two_chunks(void)
{
    random_steps(CORE_CHUNK_SLOTS + 1, STEPS / 4);
}

static void test_2000_slots(void)
{
    random_steps(SLOTS, STEPS / 4);
}

/* Slots 63 | 64 are where the first chunk ends; 0 must not be taken for unknown elsewhere. */
static void test_edges_of_chunks(void)
{
    static const uint32_t slots[] = {0, 63, 64, 127, 128, 1983, 1984, 1999};
    struct core_clock c = {0};
    for (unsigned i = 0; i < sizeof slots / sizeof *slots; i++) {
        CHECK_EQ(core_clock_get(&c, slots[i]), 0);
        CHECK(!core_clock_raise(&c, slots[i], 0));
        CHECK(core_clock_raise(&c, slots[i], CORE_ID_MAX));
        CHECK(!core_clock_raise(&c, slots[i], CORE_ID_MAX));
        CHECK_EQ(core_clock_get(&c, slots[i]), CORE_ID_MAX);
        CHECK_EQ(core_clock_get(&c, slots[i] + 1), 0);
    }
    CHECK_EQ(core_clock_get(&c, 1u << 31), 0);
    core_clock_clear(&c);
    CHECK(core_clock_empty(&c));
    CHECK_EQ(core_host_live_bytes(), 0);
}

static void test_with_itself(void)
{
    struct core_clock c = {0};
    core_clock_raise(&c, 3, 30);
    core_clock_raise(&c, 300, 3000);
    CHECK(!core_clock_join(&c, &c));
    core_clock_assign(&c, &c);
    CHECK_EQ(core_clock_get(&c, 3), 30);
    CHECK_EQ(core_clock_get(&c, 300), 3000);
    core_clock_clear(&c);
    CHECK_EQ(core_host_live_bytes(), 0);
}

/* Many clocks with the same past hold it once; one that learns something copies one chunk and the
 * list that it is in. */
static void test_sharing(void)
{
    enum {
        MANY = 10000,
        CHUNK = sizeof(struct core_chunk),
        LIST = sizeof(struct core_chunks) + sizeof(void *) * (SLOTS / CORE_CHUNK_SLOTS),
    };
    static struct core_clock many[MANY];
    struct core_clock past = {0}, more = {0};

    for (uint32_t slot = 0; slot < SLOTS; slot++)
        core_clock_raise(&past, slot, slot + 1);
    long long once = core_host_live_bytes();
    for (int i = 0; i < MANY; i += 2)
        core_clock_assign(&many[i], &past);
    for (int i = 1; i < MANY; i += 2)
        CHECK(core_clock_join(&many[i], &past));
    CHECK_EQ(core_host_live_bytes(), once);

    core_clock_raise(&many[7], 777, 10000); /* its own copy: the others don't see it */
    CHECK_EQ(core_host_live_bytes(), once + LIST + CHUNK);
    CHECK_EQ(core_clock_get(&many[8], 777), 778);
    CHECK(core_clock_join(&many[8], &many[7])); /* covered by the copy: shares that */
    CHECK_EQ(core_host_live_bytes(), once + LIST + CHUNK);
    core_clock_raise(&more, 0, 5);
    CHECK(core_clock_join(&many[8], &more)); /* neither covers the other: merged into a copy */
    CHECK_EQ(core_clock_get(&many[8], 0), 5);
    CHECK_EQ(core_clock_get(&many[7], 0), 1);
    CHECK(!core_clock_join(&many[8], &past));

    for (int i = 0; i < MANY; i++)
        core_clock_clear(&many[i]);
    CHECK_EQ(core_clock_get(&past, 777), 778);
    core_clock_clear(&past);
    core_clock_clear(&more);
    CHECK_EQ(core_host_live_bytes(), 0);
}

/* The last owner of a chunk writes in place: passing a clock on and on costs no memory. */
static void test_handing_over(void)
{
    struct core_clock a = {0}, b = {0};
    core_clock_raise(&a, 1, 1);
    long long one = core_host_live_bytes();
    for (core_id id = 2; id < 100; id++) {
        core_clock_assign(&b, &a);
        core_clock_clear(&a);
        core_clock_raise(&b, 1, id);
        CHECK_EQ(core_host_live_bytes(), one);
        core_clock_assign(&a, &b);
        core_clock_clear(&b);
        CHECK_EQ(core_clock_get(&a, 1), id);
    }
    core_clock_clear(&a);
    CHECK_EQ(core_host_live_bytes(), 0);
}

/* Two threads that learn from each other by one object, each leaving there what it knew, pass three
 * chunks around. */
static void test_exchange(void)
{
    struct core_clock t[2] = {{0}}, object = {0};
    long long three = 0;
    for (core_id id = 1; id < 100; id++) {
        uint32_t me = id % 2;
        struct core_clock before = object;
        object = (struct core_clock){0};
        core_clock_assign(&object, &t[me]);
        core_clock_raise(&object, me, id);
        core_clock_absorb(&t[me], &before, CORE_CLOCK_NOBODY);
        CHECK_EQ(core_clock_get(&t[me], 1 - me), id - 1);
        if (id == 10)
            three = core_host_live_bytes();
        CHECK(id < 10 || core_host_live_bytes() == three);
    }
    CHECK(three <= 3 * (long long)sizeof(struct core_chunk));
    core_clock_clear(&t[0]);
    core_clock_clear(&t[1]);
    core_clock_clear(&object);
    CHECK_EQ(core_host_live_bytes(), 0);
}

/* Who takes over another's list, and adds to it, has another list than the one that was known. */
static void test_absorbed_list(void)
{
    struct core_clock base = {0}, t = {0}, keeper = {0}, f = {0}, x = {0};
    core_clock_raise(&base, 64, 1);
    core_clock_raise(&base, 128, 1);
    core_clock_assign(&t, &base);
    core_clock_raise(&t, 65, 5);
    core_clock_assign(&keeper, &t);
    core_clock_raise(&keeper, 129, 1); /* it only shares t's chunk */
    core_clock_assign(&f, &base);
    core_clock_raise(&f, 66, 7);
    core_clock_assign(&x, &base);
    core_clock_raise(&x, 67, 9);
    core_clock_join(&x, &f);
    core_clock_absorb(&t, &f, CORE_CLOCK_NOBODY);
    CHECK(core_clock_join(&x, &t));
    CHECK_EQ(core_clock_get(&x, 65), 5);
    core_clock_clear(&base);
    core_clock_clear(&t);
    core_clock_clear(&keeper);
    core_clock_clear(&x);
    CHECK_EQ(core_host_live_bytes(), 0);
}

/* Two threads that learn from each other in turns write to a chunk of their own, each. */
static void test_in_turns(void)
{
    struct core_clock t[2] = {{0}}, object = {0};
    core_clock_raise(&t[0], 1, 1);
    core_clock_raise(&t[1], 0, 1);
    const struct core_chunk *own[2] = {t[0].first, t[1].first};
    for (core_id id = 2; id < 100; id++) {
        uint32_t me = id % 2;
        core_clock_learn(&t[me], &object, me);
        core_clock_raise(&t[me], 1 - me, id - 1);
        CHECK(t[me].first == own[me]);
        core_clock_assign(&object, &t[me]);
    }
    core_clock_clear(&t[0]);
    core_clock_clear(&t[1]);
    core_clock_clear(&object);
    CHECK_EQ(core_host_live_bytes(), 0);
}

int main(void)
{
    RUN(test_few_slots);
    RUN(test_one_chunk);
    RUN(test_two_chunks);
    RUN(test_2000_slots);
    RUN(test_edges_of_chunks);
    RUN(test_with_itself);
    RUN(test_sharing);
    RUN(test_handing_over);
    RUN(test_exchange);
    RUN(test_absorbed_list);
    RUN(test_in_turns);
    return check_done();
}
