/* Blocks of words: the same as one word after the other, whatever the words hold. */
#include "../check.h"
#include "core/block.h"
#include "core/half.h"
#include "world.h"

enum { THREADS = 4, ROUNDS = 4000, WORDS = MODEL_WORDS };

static struct world world;
static uint64_t p[WORDS] __attribute__((aligned(16))), q[WORDS];
static uint32_t state = 12345;

static unsigned any(unsigned n)
{
    state = state * 1664525 + 1013904223;
    return (state >> 16) % n;
}

static core_id some_id(unsigned slot, unsigned kind)
{
    world_new_window(&world, &world.thread[slot]);
    return world_id(&world, &world.thread[slot], any(32), kind);
}

/* A record belongs to one word, and these are about to be copied. */
static void drop_records(void)
{
    for (unsigned i = 0; i < WORDS; i++)
        if (cell_has_record(world.p[i]) ||
            (!core_cell_is_full(world.p[i]) && cell_has_record(world.q[i])))
            core_shadow_store(&world.shadow, &world.p[i], &world.q[i], 0);
}

/* Whole words and halves, plain and atomic. */
static void some_accesses(void)
{
    static const unsigned masks[] = {0xff, 0xff, 0xff, 0x0f, 0xf0};
    for (unsigned n = any(3 * WORDS); n > 0; n--) {
        unsigned slot = any(THREADS), kind = any(4), word = any(WORDS);
        struct core_actor a = world_actor(&world.thread[slot], slot);
        core_shadow_access(&world.shadow, &a, &world.p[word], &world.q[word], masks[any(5)],
                           some_id(slot, kind), kind);
    }
    drop_records();
}

static void free_both_ways(unsigned low, unsigned n)
{
    core_id id = some_id(0, WORLD_FREE);
    struct core_actor a = world_actor(&world.thread[0], 0);
    uint64_t one[WORDS] = {0}, many[WORDS] = {0}, conflict;
    size_t at = 0;

    memcpy(p, world.p, sizeof p);
    memcpy(q, world.q, sizeof q);
    for (unsigned i = 0; i < n; i++)
        one[i] = core_shadow_free(&world.shadow, &a, &p[low + i], &q[low + i], id, WORLD_FREE);
    while ((conflict = core_block_free(&world.shadow, &a, &world.p[low], &world.q[low], n, id,
                                       WORLD_FREE, &at)))
        many[at - 1] = conflict;
    CHECK_EQ(at, n);
    for (unsigned i = 0; i < n; i++)
        CHECK_EQ((uint32_t)one[i], (uint32_t)many[i]); /* which bytes: a hint may tell */
    CHECK(memcmp(p, world.p, sizeof p) == 0);
}

static void store_both_ways(unsigned low, unsigned n)
{
    core_id id = some_id(1, 9);
    memcpy(p, world.p, sizeof p);
    memcpy(q, world.q, sizeof q);
    for (unsigned i = 0; i < n; i++)
        core_shadow_store(&world.shadow, &p[low + i], &q[low + i], id);
    core_block_store(&world.shadow, &world.p[low], &world.q[low], n, id);
    CHECK(memcmp(p, world.p, sizeof p) == 0);
}

static bool same_cell(uint64_t c, uint64_t d)
{
    const struct core_record *r = world.shadow.records;
    uint64_t number = CORE_CELL(CORE_WHOLE - 1, 0);
    return c == d || (cell_has_record(c) && cell_has_record(d) && (c & ~number) == (d & ~number) &&
                      !memcmp(&r[record_of((uint32_t)c)], &r[record_of((uint32_t)d)], sizeof *r));
}

static unsigned blocks; /* words that core_block_access decided */

/* Without a memo, so that what comes out depends on nothing but the word. */
static void access_both_ways(unsigned low, unsigned n)
{
    unsigned kind = any(2), slot = any(THREADS);
    core_id id = some_id(slot, kind);
    struct core_actor a = world_actor(&world.thread[slot], slot);
    uint64_t one[WORDS] = {0}, many[WORDS] = {0};

    a.memo = NULL;
    memcpy(p, world.p, sizeof p);
    memcpy(q, world.q, sizeof q);
    for (unsigned i = 0; i < n; i++)
        one[i] = core_shadow_access(&world.shadow, &a, &p[low + i], &q[low + i], 0xff, id, kind);
    for (unsigned i = 0; i < n; i++) {
        size_t done = core_block_access(&world.shadow, &a, &world.p[low + i], n - i, id, kind);
        CHECK(done <= n - i);
        blocks += (unsigned)done;
        i += (unsigned)done;
        if (i < n)
            many[i] = core_shadow_access(&world.shadow, &a, &world.p[low + i], &world.q[low + i],
                                         0xff, id, kind);
    }
    for (unsigned i = 0; i < n; i++) {
        CHECK_EQ(one[i], many[i]);
        CHECK(same_cell(p[low + i], world.p[low + i]));
        CHECK(same_cell(q[low + i], world.q[low + i]));
    }
    for (unsigned i = 0; i < n; i++)
        core_shadow_store(&world.shadow, &p[low + i], &q[low + i], 0);
    drop_records();
}

static void test_as_one_by_one(void)
{
    struct world_setup setup = {
        .threads = THREADS, .run_burst = 1, .set_words = WORLD_SET_WORDS, .records = WORLD_RECORDS};
    for (int round = 0; round < ROUNDS; round++) {
        if (round % 100 == 0)
            world_begin(&world, &setup);
        some_accesses();
        unsigned low = any(WORDS), n = 1 + any(WORDS - low);
        unsigned what = any(4);
        if (what == 0)
            free_both_ways(low, n);
        else if (what == 1)
            store_both_ways(low, n);
        else
            access_both_ways(low, n);
    }
    CHECK(blocks > 1000); /* it isn't all closer looks */
    CHECK_EQ(world.shadow.record_live, 0);
}

int main(void)
{
    world_open(&world);
    RUN(test_as_one_by_one);
    return check_done();
}
