/*
 * Compaction, case by case: what stays, what goes, and what times mean afterwards. That verdicts
 * don't change is test_oracle's business, whose traces are full of compactions.
 */
#include "../check.h"
#include "world.h"

static struct world world;

static void begin(unsigned threads)
{
    struct world_setup setup = {
        .threads = threads, .run_burst = 1, .set_words = WORLD_SET_WORDS, .records = WORLD_RECORDS};
    world_begin(&world, &setup);
}

static void end(void)
{
    CHECK_EQ(world_end(&world), AGREED);
}

static uint64_t access_by(unsigned slot, unsigned word, unsigned mask, unsigned kind, unsigned site)
{
    struct world_thread *t = &world.thread[slot];
    core_id id = world_id(&world, t, site, kind);
    struct core_actor a = world_actor(t, slot);
    return core_shadow_access(&world.shadow, &a, &world.p[word], &world.q[word], mask, id, kind);
}

static core_id id_of(uint64_t entry)
{
    return (uint32_t)entry >> 4;
}

/* Lets a thread use up ids that nothing remembers. */
static void waste(unsigned slot, unsigned n)
{
    for (; n > 0; n--) {
        world_new_window(&world, &world.thread[slot]);
        access_by(slot, MODEL_WORDS - 1, 0xff, 1, n);
        world_forget(&world, MODEL_WORDS - 1);
    }
}

static void test_what_is_remembered_stays(void)
{
    begin(3);
    waste(0, 1000);
    access_by(0, 0, 0xff, 1, 5);
    waste(0, 1000);
    uint32_t runs = world.run_used;
    world_compact(&world);
    CHECK(runs > 30);
    CHECK(world.run_used <= 4);
    uint64_t entry = access_by(1, 0, 0x01, 0, 1);
    CHECK(entry != 0);
    CHECK_EQ(world.log[id_of(entry)].site_kind, 5 << CORE_KIND_BITS | 1);
    CHECK_EQ(world.owner[id_of(entry) >> CORE_RUN_BITS].slot, 0);
    end();
}

static void test_what_all_are_ordered_after_goes(void)
{
    begin(3);
    access_by(0, 0, 0xff, 1, 1); /* a full word, a split one, a set, records */
    access_by(0, 1, 0x30, 0, 2);
    for (unsigned t = 0; t < 3; t++)
        access_by(t, 2, 0xff, 0, 3);
    for (unsigned byte = 0; byte < 8; byte++)
        access_by(0, 3, 1u << byte, 1, 4 + byte);
    world_edge(&world, 0, 1);
    world_edge(&world, 1, 2);
    world_edge(&world, 1, 0);
    world_compact(&world);
    CHECK_EQ(world.p[0], 0);
    CHECK_EQ(world.p[1], 0);
    CHECK_EQ(world.p[3], 0);
    CHECK_EQ(world.shadow.record_live, 0);
    CHECK(world_is_full(world.p[2])); /* the read of T2 is left, alone */
    CHECK(!(world.p[2] >> 32 & CORE_TAG));
    CHECK_EQ(world.owner[world.p[2] >> (36 + CORE_RUN_BITS)].slot, 2);
    end();
}

/* Ordered after a thread, but not after all of it: the newer entry stays. */
static void test_one_that_does_not_know_is_enough(void)
{
    begin(3);
    access_by(0, 0, 0xff, 1, 1);
    world_edge(&world, 0, 1);
    world_compact(&world);
    CHECK_EQ(access_by(1, 0, 0xff, 0, 1), 0);
    CHECK(access_by(2, 0, 0xff, 1, 1) != 0);
    end();
}

static void test_freed_stays_freed(void)
{
    begin(2);
    struct op op = {.what = OP_FREE, .thread = 0, .arg = 0, .site = 7};
    CHECK_EQ(world_free(&world, &op), AGREED);
    waste(0, 200);
    world_edge(&world, 0, 1);
    world_edge(&world, 1, 0);
    world_compact(&world);
    world_compact(&world);
    uint64_t entry = access_by(1, 0, 0x80, 0, 1);
    CHECK(entry != 0);
    CHECK_EQ(world.log[id_of(entry)].site_kind, 7 << CORE_KIND_BITS | WORLD_FREE);
    end();
}

/* Times of releases stay apart even when no event is left between them. */
static void test_times_stay_apart(void)
{
    enum { TIMES = 300 };
    static struct core_clock told[TIMES];
    begin(2);
    for (unsigned i = 0; i < TIMES; i++) { /* over several runs, and at the ends of some */
        waste(0, 1 + i % 3);
        core_clock_raise(&told[i], 0, world_time(&world, &world.thread[0]));
    }
    struct core_compact c;
    memset(world.room, 0, core_compact_room(&world.shadow, world.run_used, 2));
    core_compact_begin(&c, &world.shadow, world.log, world.owner, world.run_used, 2, 1, world.room,
                       world.spare_set_words);
    world_compact_mark(&world, &c);
    for (unsigned i = 0; i < TIMES; i++)
        core_compact_mark_clock(&c, &told[i]);
    core_compact_renumber(&c);
    CHECK(c.runs_after < c.runs);
    for (unsigned i = 0; i < TIMES; i++) {
        core_compact_clock(&c, &told[i]);
        if (i > 0)
            CHECK(core_clock_get(&told[i - 1], 0) < core_clock_get(&told[i], 0));
    }
    CHECK(core_clock_get(&told[0], 0) != 0);
    CHECK(core_clock_get(&told[TIMES - 1], 0) <= core_compact_time(&c, 0, world.thread[0].next));
    for (unsigned i = 0; i < TIMES; i++)
        core_clock_clear(&told[i]);
    world.run_used = 1; /* the world was left half way */
    CHECK_EQ(core_host_live_bytes(), world.own_bytes);
}

/* A set of very many, in which slots change places. */
static void test_a_large_set(void)
{
    begin(MODEL_THREADS);
    for (unsigned i = MODEL_THREADS; i-- > 0;) {
        waste(i, 70 + i % 5);
        access_by(i, 0, 0xff, 0, i);
        access_by(i, 1, 0x03, 0, i);
    }
    for (int round = 0; round < 3; round++) {
        world_compact(&world);
        unsigned n;
        uint32_t r = (uint32_t)(world.p[0] >> 32);
        const uint32_t *words = &world.set_words[r & ~(CORE_TAG | CORE_SET_FULL)];
        CHECK_EQ(n = words[0], MODEL_THREADS);
        for (unsigned i = 1; i < n; i++)
            CHECK(words[i] < words[i + 1]);
        CHECK_EQ(world.shadow.set_used, 1 + 2 * (n + 2)); /* masks differ: two sets */
        for (unsigned i = 0; i < MODEL_THREADS; i++)
            waste(i, 3);
    }
    world_forget(&world, 0);
    world_forget(&world, 1);
    world_compact(&world);
    CHECK_EQ(world.shadow.set_used, 1);
    end();
}

/* Records that were lost come back. */
static void test_lost_records(void)
{
    begin(2);
    for (unsigned byte = 0; byte < 8; byte++) {
        access_by(0, 0, 1u << byte, 1, byte);
        access_by(0, 1, 1u << byte, 1, byte);
    }
    CHECK_EQ(world.shadow.record_live, 4);
    world.p[1] = 0;
    world_compact(&world);
    CHECK_EQ(world.shadow.record_live, 2);
    CHECK(access_by(1, 0, 0x80, 0, 1) != 0);
    end();
}

/* After a race that went on unreported, a write may outlive all later accesses. */
static void test_a_write_without_accesses(void)
{
    begin(3);
    access_by(0, 0, 0xff, 1, 1);
    CHECK(access_by(1, 0, 0xff, 0, 2) != 0); /* a race; the word is not forgotten */
    access_by(0, 1, 0x0f, 1, 3);
    CHECK(access_by(1, 1, 0x03, 0, 4) != 0);
    world_edge(&world, 1, 2);
    world_edge(&world, 1, 0);
    world_compact(&world);
    CHECK(access_by(2, 0, 0xff, 0, 5) != 0);
    CHECK(access_by(2, 1, 0x01, 0, 6) != 0);
    CHECK_EQ(access_by(2, 1, 0xf0, 1, 6), 0);
    end();
}

/* The ids of a thread that goes on drawing never meet those of others. */
static void test_threads_go_on(void)
{
    begin(40);
    for (int round = 0; round < 20; round++) {
        core_id seen[40];
        for (unsigned i = 0; i < 40; i++) {
            waste(i, (round * 7 + i) % 90);
            seen[i] = world.thread[i].next;
        }
        world_compact(&world);
        for (unsigned i = 0; i < 40; i++) {
            struct world_thread *t = &world.thread[i];
            CHECK(t->next <= seen[i]);
            for (core_id id = t->next; id < t->end; id++)
                CHECK_EQ(world.owner[id >> CORE_RUN_BITS].slot, i);
        }
    }
    end();
}

int main(void)
{
    world_open(&world);
    RUN(test_what_is_remembered_stays);
    RUN(test_what_all_are_ordered_after_goes);
    RUN(test_one_that_does_not_know_is_enough);
    RUN(test_freed_stays_freed);
    RUN(test_times_stay_apart);
    RUN(test_a_large_set);
    RUN(test_lost_records);
    RUN(test_a_write_without_accesses);
    RUN(test_threads_go_on);
    model_free(&world.model);
    return check_done();
}
