/* The text of schedules: what goes in comes out, and no damage passes. */
#include <errno.h>
#include <stdlib.h>

#include "../check.h"
#include "core/schedule.h"

enum { ITEMS = 300 };

static uint64_t prng = 7;

static uint32_t below(uint32_t n)
{
    return (uint32_t)core_random_below(&prng, n);
}

static struct core_item items[ITEMS], back[ITEMS];
static char text[ITEMS * 32 + 1024];

static uint32_t any_number(void)
{
    uint32_t n = (uint32_t)core_random(&prng);
    return n >> below(32);
}

static void make(struct core_schedule *s, uint32_t count)
{
    memset(s, 0, sizeof *s);
    s->items = items;
    s->count = count;
    snprintf(s->seed, sizeof s->seed, "%u", any_number());
    snprintf(s->strategy, sizeof s->strategy, "pct:depth=%u", below(9));
    for (int i = 0; i < CORE_BUILD_ID_BYTES; i++)
        s->build_id[i] = (uint8_t)below(256);
    for (uint32_t i = 0; i < count; i++)
        items[i] = (struct core_item){.task = any_number(),
                                      .point = any_number(),
                                      .to = any_number(),
                                      .choice = (uint8_t)below(2),
                                      .check = (uint8_t)below(256)};
}

static bool same(const struct core_schedule *a, const struct core_schedule *b)
{
    bool equal = !strcmp(a->seed, b->seed) && !strcmp(a->strategy, b->strategy) &&
                 !memcmp(a->build_id, b->build_id, sizeof a->build_id) && a->count == b->count;
    for (uint32_t i = 0; equal && i < a->count; i++) {
        const struct core_item *x = &a->items[i], *y = &b->items[i];
        equal = x->task == y->task && x->point == y->point && x->to == y->to &&
                x->choice == y->choice && x->check == y->check;
    }
    return equal;
}

static void test_round_trip(void)
{
    struct core_schedule s, r = {.items = back};
    for (uint32_t count = 0; count <= ITEMS; count++) {
        make(&s, count);
        size_t bytes = core_schedule_text_bytes(&s);
        CHECK(bytes <= sizeof text);
        long n = core_schedule_encode(&s, text, bytes);
        CHECK(n > 0 && (size_t)n < bytes);
        CHECK_EQ(strlen(text), n);
        CHECK_EQ(core_schedule_count(text), count);
        CHECK_EQ(core_schedule_decode(&r, text), 0);
        CHECK(same(&s, &r));
        CHECK_EQ(core_schedule_encode(&s, text, (size_t)n), -ENOSPC);
    }
}

static void test_longest(void)
{
    struct core_schedule s, r = {.items = back};
    make(&s, 1);
    memset(s.seed, 'x', sizeof s.seed - 1);
    memset(s.strategy, 0xff, sizeof s.strategy - 1);
    s.items[0] = (struct core_item){UINT32_MAX, UINT32_MAX, 0, 1, 255};
    CHECK(core_schedule_encode(&s, text, core_schedule_text_bytes(&s)) > 0);
    CHECK_EQ(core_schedule_decode(&r, text), 0);
    CHECK(same(&s, &r));
}

/* The checksum sees each single character that changes, goes, or is doubled. */
static void test_damage(void)
{
    struct core_schedule s, r = {.items = back};
    char bad[sizeof text + 1];
    make(&s, 20);
    size_t n = (size_t)core_schedule_encode(&s, text, sizeof text);
    for (size_t i = 0; i < n; i++) {
        for (int c = 1; c < 256; c++) {
            memcpy(bad, text, n + 1);
            bad[i] = (char)c;
            if (bad[i] != text[i])
                CHECK(core_schedule_count(bad) < 0);
        }
        memcpy(bad, text, i);
        memcpy(bad + i, text + i + 1, n - i);
        CHECK(core_schedule_decode(&r, bad) < 0);
        memcpy(bad, text, i + 1);
        memcpy(bad + i + 1, text + i, n - i + 1);
        CHECK(core_schedule_decode(&r, bad) < 0);
        memcpy(bad, text, i);
        bad[i] = '\0';
        CHECK(core_schedule_decode(&r, bad) < 0);
    }
}

static void test_errors(void)
{
    struct core_schedule s;
    make(&s, 2);
    CHECK(core_schedule_encode(&s, text, sizeof text) > 0);
    CHECK_EQ(core_schedule_count(""), -EINVAL);
    CHECK_EQ(core_schedule_count("r"), -EINVAL);
    CHECK_EQ(core_schedule_count("rp1"), -EINVAL);
    CHECK_EQ(core_schedule_count("rpx."), -EINVAL);
    CHECK_EQ(core_schedule_count("12345"), -EINVAL);
    CHECK_EQ(core_schedule_count("rp1."), -EBADMSG);
    CHECK_EQ(core_schedule_count("rp1.AAAA.00000000"), -EBADMSG);
    CHECK_EQ(core_schedule_count("rp2.AAAA.00000000"), -EPROTO);
    CHECK_EQ(core_schedule_count("rp10.AAAA.00000000"), -EPROTO);
    text[2] = '2';
    CHECK_EQ(core_schedule_count(text), -EPROTO);
}

/* Written down once: texts in bug trackers must stay readable. */
static void test_form(void)
{
    struct core_schedule s = {.seed = "42", .strategy = "random", .items = items, .count = 1};
    struct core_item item = {.task = 0, .point = 3, .to = 1, .choice = 0, .check = 9};
    items[0] = item;
    CHECK(core_schedule_encode(&s, text, sizeof text) > 0);
    CHECK_STR_EQ(text, "rp1.AjQyBnJhbmRvbQAAAAAAAAAAAQADBAk.8a613318");
}

/* Operations differ; an object's number does not matter. */
static void test_check(void)
{
    for (unsigned a = 0; a < CORE_OP_COUNT; a++)
        for (unsigned b = 0; b < CORE_OP_COUNT; b++)
            CHECK_EQ(core_item_check(a, 1) == core_item_check(b, 2), a == b);
    CHECK(core_item_check(CORE_OP_LOCK, 0) != core_item_check(CORE_OP_LOCK, 1));
}

int main(void)
{
    RUN(test_round_trip);
    RUN(test_longest);
    RUN(test_damage);
    RUN(test_errors);
    RUN(test_form);
    RUN(test_check);
    return check_done();
}
