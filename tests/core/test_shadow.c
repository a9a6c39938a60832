/*
 * The shadow, case by case: every pair of accesses to every bytes of a word, what store does,
 * what is shared, what happens at the limits, and all short traces. Long traces: test_oracle.
 */
#include "../check.h"
#include "world.h"

static struct world world;

static const struct world_setup two_threads = {
    .threads = 2, .run_burst = 1, .set_words = WORLD_SET_WORDS, .records = WORLD_RECORDS};

static uint64_t access_by(unsigned slot, unsigned word, unsigned mask, unsigned kind, unsigned site)
{
    struct world_thread *t = &world.thread[slot];
    core_id id = world_id(&world, t, site, kind);
    struct core_actor a = world_actor(t, slot);
    return core_shadow_access(&world.shadow, &a, &world.p[word], &world.q[word], mask, id, kind);
}

static void begin(unsigned threads)
{
    struct world_setup setup = two_threads;
    setup.threads = threads;
    world_begin(&world, &setup);
}

static void end(void)
{
    CHECK_EQ(world_end(&world), AGREED);
}

/* All masks of all kinds against each other, unordered and ordered. */
static void test_every_pair(void)
{
    int wrong = 0;
    begin(2);
    for (unsigned first = 1; first < 256; first++)
        for (unsigned second = 1; second < 256; second++)
            for (unsigned kinds = 0; kinds < 16; kinds++) {
                unsigned k1 = kinds & 3, k2 = kinds >> 2;
                core_shadow_store(&world.shadow, &world.p[0], &world.q[0], 0);
                wrong += access_by(0, 0, first, k1, 1) != 0;
                uint64_t entry = access_by(1, 0, second, k2, 2);
                bool races = (first & second) && model_kinds_conflict(k1, k2);
                wrong += races != (entry != 0);
                wrong += entry && (uint32_t)entry >> 4 != world_id(&world, &world.thread[0], 1, k1);
            }
    CHECK_EQ(wrong, 0);
    for (unsigned mask = 1; mask < 256; mask++)
        for (unsigned kinds = 0; kinds < 16; kinds++) {
            access_by(0, 1, mask, kinds & 3, 1);
            world_edge(&world, 0, 1);
            CHECK_EQ(access_by(1, 1, mask, kinds >> 2, 2), 0);
            world_edge(&world, 1, 0);
        }
    end();
}

/* Bits of a kind beyond write and atomic say what it was, not what it conflicts with. */
static void test_kinds_of_the_runtime(void)
{
    begin(2);
    for (unsigned i = 0; i < sizeof world_kinds; i++)
        for (unsigned k = 0; k < sizeof world_kinds; k++) {
            core_shadow_store(&world.shadow, &world.p[0], &world.q[0], 0);
            access_by(0, 0, 0xff, world_kinds[i], 1);
            CHECK_EQ(access_by(1, 0, 0x30, world_kinds[k], 2) != 0,
                     model_kinds_conflict(world_kinds[i], world_kinds[k]));
        }
    end();
}

static void test_repeats_change_nothing(void)
{
    begin(2);
    for (unsigned kind = 0; kind < 4; kind++)
        for (unsigned mask = 1; mask < 256; mask++) {
            core_shadow_store(&world.shadow, &world.p[0], &world.q[0], 0);
            access_by(0, 0, mask, kind, 1);
            if (world_skips(&world, &world.thread[0], 0, mask, kind))
                continue; /* it won't even get there */
            uint64_t p = world.p[0], q = world.q[0];
            access_by(0, 0, mask, kind, 2);
            CHECK(world.p[0] == p && (world_is_full(p) || world.q[0] == q));
        }
    end();
}

/* What most programs do most of the time ends at the quick look: all aligned sizes again, and
 * reads of what was written; not what is stronger, elsewhere, or by another thread. */
static void test_the_quick_look(void)
{
    begin(2);
    struct world_thread *t = &world.thread[0], *other = &world.thread[1];
    for (unsigned size = 1; size <= 8; size *= 2)
        for (unsigned at = 0; at < 8; at += size) {
            unsigned mask = ((1u << size) - 1) << at;
            for (unsigned kind = 0; kind < 2; kind++) {
                core_shadow_store(&world.shadow, &world.p[0], &world.q[0], 0);
                CHECK(!world_skips(&world, t, 0, mask, kind));
                access_by(0, 0, mask, kind, 1);
                CHECK(world_skips(&world, t, 0, mask, kind));
                CHECK(world_skips(&world, t, 0, mask, 0));
                CHECK_EQ(world_skips(&world, t, 0, mask, 1), kind == 1);
                CHECK(size == 8 || !world_skips(&world, t, 0, ~mask & (at & 4 ? 15 : 0xf0), kind));
                CHECK(!world_skips(&world, other, 0, mask, 0));
                world_new_window(&world, t);
                CHECK(!world_skips(&world, t, 0, mask, 0));
            }
        }
    access_by(0, 1, 0xff, 2, 1);
    CHECK(!world_skips(&world, t, 1, 0xff, 0)); /* an atomic access doesn't stand for a plain one */
    end();
}

/* Halves that are accessed byte by byte by one thread in one place end as if accessed at once, and
 * the word with the next access to all of it. */
static void test_bytes_grow_together(void)
{
    begin(2);
    for (unsigned kind = 0; kind < 4; kind++) {
        access_by(0, 0, 0x0f, kind, 1);
        access_by(0, 0, 0xf0, kind, 1);
        for (unsigned byte = 0; byte < 8; byte++)
            access_by(0, 1, 1u << (5 * byte % 8), kind, 1);
        CHECK_EQ(world.p[0], world.p[1]);
        CHECK_EQ(world.q[0], world.q[1]);
        world_new_window(&world, &world.thread[0]);
        access_by(0, 0, 0xff, kind, 2);
        access_by(0, 1, 0xff, kind, 2);
        CHECK(world_is_full(world.p[1]));
        CHECK_EQ(world.p[0], world.p[1]);
        world_forget(&world, 0);
        world_forget(&world, 1);
    }
    CHECK_EQ(world.shadow.record_live, 0);
    end();
}

/* Each byte of a half has a reader of its own, then each one a writer. */
static void test_bytes_apart(void)
{
    begin(2);
    access_by(0, 0, 0xff, CORE_KIND_WRITE, 0);
    for (unsigned kind = 0; kind < 2; kind++) {
        world_new_window(&world, &world.thread[0]);
        for (unsigned byte = 0; byte < 8; byte++)
            CHECK_EQ(access_by(0, 0, 1u << byte, kind, 1 + byte), 0);
        CHECK_EQ(world.shadow.record_live, 2);
        for (unsigned byte = 0; byte < 8; byte++) {
            core_id id = world_id(&world, &world.thread[0], 1 + byte, kind);
            CHECK(world_skips(&world, &world.thread[0], 0, 1u << byte, kind));
            CHECK_EQ((uint32_t)(access_by(1, 0, 1u << byte, CORE_KIND_WRITE, 20) >> 4) &
                         CORE_ID_MAX,
                     id);
            access_by(0, 0, 1u << byte, kind, 1 + byte);
        }
        world_edge(&world, 1, 0);
    }
    world_new_window(&world, &world.thread[0]);
    access_by(0, 0, 0xff, CORE_KIND_WRITE, 0);
    CHECK_EQ(world.shadow.record_live, 0);
    end();
}

/* Two writes stand in one half; then the older one goes on. */
static void test_an_older_write_goes_on(void)
{
    begin(2);
    access_by(0, 0, 0x80, CORE_KIND_WRITE, 1);
    access_by(0, 0, 0x10, CORE_KIND_WRITE, 2);
    access_by(0, 0, 0x70, CORE_KIND_WRITE, 1);
    CHECK_EQ(world.shadow.record_live, 0);
    CHECK(access_by(1, 0, 0x80, 0, 3) != 0);
    end();
}

/* Where there is room for four readers, more of them need no more room, and a write still races.
 * No compaction would help, so none is asked for, also when a record is made. */
static void test_readers_have_an_end(void)
{
    begin(33);
    world.shadow.readers_max = 4;
    for (unsigned slot = 0; slot < 32; slot++)
        access_by(slot, 0, 0xff, 0, 1);
    CHECK(world.shadow.exhausted);
    CHECK(world.shadow.set_used < 64); /* many more, had they all been kept */
    CHECK(access_by(32, 0, 0xff, CORE_KIND_WRITE, 3) != 0);
    for (unsigned byte = 0; byte < 4; byte++)
        access_by(0, 1, 1u << byte, CORE_KIND_WRITE, 4 + byte);
    CHECK(world.shadow.record_live > 0);
    CHECK(!world.shadow.crowded);
    world.shadow.readers_max = 0;
    world.shadow.exhausted = false;
    world_end(&world);
}

/* The same readers in any order are the same set: no second copy. */
static void test_sets_are_shared(void)
{
    enum { READERS = 40, WORDS = 6 };
    begin(READERS);
    for (unsigned word = 0; word < WORDS; word++) /* the first few have records at first */
        for (unsigned i = 0; i < READERS; i++)
            access_by(i, word, 0xff, 0, 1);
    uint32_t used = world.shadow.set_used;
    world_forget(&world, 0);
    for (unsigned i = 0; i < READERS; i++)
        access_by(i, 0, 0xff, 0, 1);
    CHECK_EQ(world.p[0], world.p[1]);
    CHECK_EQ(world.p[0], world.p[2]);
    CHECK_EQ(world.shadow.set_used, used);
    for (unsigned i = READERS; i-- > 0;)
        access_by(i, WORDS, 0xff, 0, 1);
    CHECK_EQ(world.p[0], world.p[WORDS]);
    end();
}

/* Whose accesses a word has is the same in every form: the first words have records, later ones
 * sets. */
static void test_others_in_any_form(void)
{
    enum { WORDS = 8 };
    bool record = false, set = false;
    begin(3);
    for (unsigned word = 0; word < WORDS; word++) {
        const uint64_t *p = &world.p[word], *q = &world.q[word];
        access_by(0, word, 0xff, CORE_KIND_WRITE, 1);
        CHECK(!core_shadow_others(&world.shadow, 0, p, q, true));
        CHECK(core_shadow_others(&world.shadow, 1, p, q, false));
        world_edge(&world, 0, 1);
        world_edge(&world, 0, 2);
        access_by(1, word, 0xff, 0, 2);
        access_by(2, word, 0xff, 0, 3);
        record |= cell_has_record(*p);
        set |= cell_has_set(*p);
        CHECK(!core_shadow_others(&world.shadow, 0, p, q, false));
        CHECK(core_shadow_others(&world.shadow, 0, p, q, true));
        CHECK(core_shadow_others(&world.shadow, 1, p, q, false));
    }
    CHECK(record && set);
    end();
}

static void test_store(void)
{
    begin(3);
    core_id id = world_id(&world, &world.thread[0], 1, CORE_KIND_WRITE);
    for (unsigned mask = 1; mask < 256; mask++) {
        for (unsigned byte = 0; byte < 8; byte++) { /* records in both halves */
            access_by(0, 0, 1u << byte, 1, 8 + byte);
            access_by(2, 1, 1u << byte, 2, 8 + byte);
        }
        core_shadow_store(&world.shadow, &world.p[0], &world.q[0], id);
        CHECK_EQ((uint32_t)access_by(1, 0, mask, 0, 1) >> 4, id);
        core_shadow_store(&world.shadow, &world.p[0], &world.q[0], 0);
        CHECK_EQ(world.p[0], 0);
        CHECK_EQ(access_by(1, 0, mask, 1, 1), 0);
        core_shadow_store(&world.shadow, &world.p[0], &world.q[0], 0);
    }
    core_shadow_store(&world.shadow, &world.p[1], &world.q[1], 0);
    CHECK_EQ(world.shadow.record_live, 0);
    end();
}

/* What Q held before the word was forgotten must not come back. */
static void test_forgotten_halves_stay_forgotten(void)
{
    begin(2);
    for (unsigned first = 1; first < 16; first++)
        for (unsigned second = 1; second < 256; second++) {
            access_by(0, 0, first << 4 | 1, 1, 1);
            core_shadow_store(&world.shadow, &world.p[0], &world.q[0], 0);
            CHECK_EQ(access_by(1, 0, second, 1, 2), 0);
            CHECK_EQ(access_by(1, 0, 0xff, 1, 3), 0);
            core_shadow_store(&world.shadow, &world.p[0], &world.q[0], 0);
        }
    end();
}

/* Full tables: the flag says so, the newest access is kept, no race is made up. */
static void test_full_tables(void)
{
    struct world_setup setup = two_threads;
    for (setup.records = 1; setup.records < 4; setup.records++)
        for (setup.set_words = 1; setup.set_words < 12; setup.set_words++) {
            world_begin(&world, &setup);
            for (unsigned byte = 0; byte < 8; byte++)
                for (unsigned word = 0; word < 2; word++) {
                    CHECK_EQ(access_by(0, word, 1u << byte, 1, byte), 0);
                    CHECK_EQ(access_by(word, 2, 1u << byte, 2 + (byte & 1), byte), 0);
                }
            CHECK(world.shadow.exhausted);
            CHECK(access_by(1, 0, 0x80, 0, 1) != 0);
            CHECK_EQ(world_end(&world), AGREED);
        }
}

/* ---- all short traces ---- */

enum { SHORT = 4 };

static const struct op alphabet[] = {
    {OP_EDGE, 0, 1, 0, 0, 0}, {OP_EDGE, 1, 0, 0, 0, 0}, {OP_EDGE, 1, 2, 0, 0, 0},
#define ON_MASK(t, m)                                                                              \
    {OP_ACCESS, t, 0, 0, m, 0}, {OP_ACCESS, t, 0, 1, m, 0}, {OP_ACCESS, t, 0, 2, m, 0},            \
        {OP_ACCESS, t, 0, 3, m, 0}
    ON_MASK(0, 0x0f),         ON_MASK(0, 0x10),         ON_MASK(0, 0xff),
    ON_MASK(1, 0x18),         ON_MASK(1, 0xff),         ON_MASK(2, 0x30),
#undef ON_MASK
};

enum { LETTERS = sizeof alphabet / sizeof *alphabet };

static void test_all_short_traces(void)
{
    struct world_setup setup = two_threads;
    unsigned total = 1, disagreed = 0;
    size_t at;

    setup.threads = 3;
    setup.skip = true;
    for (int i = 0; i < SHORT; i++)
        total *= LETTERS;
    for (unsigned trace = 0; trace < total; trace++) {
        struct op ops[SHORT];
        for (unsigned i = 0, x = trace; i < SHORT; i++, x /= LETTERS)
            ops[i] = alphabet[x % LETTERS];
        if (world_run(&world, &setup, ops, SHORT, &at) != AGREED && !disagreed++)
            printf("short trace %u, op %zu\n", trace, at);
    }
    CHECK_EQ(disagreed, 0);
}

int main(void)
{
    world_open(&world);
    RUN(test_every_pair);
    RUN(test_kinds_of_the_runtime);
    RUN(test_repeats_change_nothing);
    RUN(test_the_quick_look);
    RUN(test_bytes_grow_together);
    RUN(test_bytes_apart);
    RUN(test_an_older_write_goes_on);
    RUN(test_readers_have_an_end);
    RUN(test_sets_are_shared);
    RUN(test_others_in_any_form);
    RUN(test_store);
    RUN(test_forgotten_halves_stay_forgotten);
    RUN(test_full_tables);
    RUN(test_all_short_traces);
    model_free(&world.model);
    return check_done();
}
