/* Profiles: what is counted is what is read; bounds; damaged lines. */
#include <errno.h>
#include <stdlib.h>

#include "../check.h"
#include "core/profile.h"
#include "core/strategy.h"

static struct core_profile p, q;
static char text[CORE_PROFILE_USES * 64];
static size_t length;

static void put(void *context, const char *piece, size_t bytes)
{
    CHECK(length + bytes < sizeof text);
    memcpy(text + length, piece, bytes);
    text[length += bytes] = '\0';
}

static void write_out(void)
{
    length = 0;
    core_profile_write(&p, put, NULL);
}

static int parse(const char *t)
{
    return core_profile_parse(&q, t, strlen(t));
}

static void test_text(void)
{
    memset(&p, 0, sizeof p);
    core_profile_born(&p, 1, 0);
    core_profile_count(&p, 1, CORE_OP_WRITE, 7);
    core_profile_count(&p, 0, CORE_OP_READ, 7);
    core_profile_count(&p, 0, CORE_OP_ATOMIC_LOAD, 7);
    core_profile_count(&p, 0, CORE_OP_LOCK, 3);
    core_profile_count(&p, 0, CORE_OP_LOCK, 0);
    core_profile_count(&p, 0, CORE_OP_JOIN, 9);
    write_out();
    CHECK_STR_EQ(text, "reprise profile 1\ntask 1 0\nuses 0 3 0 1\nuses 0 7 2 0\nuses 1 7 0 1\n");
    CHECK_EQ(parse(text), 0);
    CHECK_EQ(core_profile_uses_of(&q, 0, 7), 2);
    CHECK_EQ(core_profile_uses_of(&q, 0, 0), 3);
    CHECK_EQ(core_profile_uses_of(&q, 1, 0), 1);
    CHECK_EQ(core_profile_uses_of(&q, 2, 0), 0);
    for (uint64_t random = 0; random < 20; random++)
        CHECK_EQ(core_profile_shared(&q, random), 7); /* 3 has one user */
}

/* Each shared object is chosen about as often. */
static void test_shared(void)
{
    int chosen[11] = {0};
    memset(&p, 0, sizeof p);
    for (uint32_t object = 1; object <= 10; object++)
        for (uint32_t task = 0; task < object; task++)
            core_profile_count(&p, task, object == 5 ? CORE_OP_READ : CORE_OP_WRITE, object);
    write_out();
    CHECK_EQ(parse(text), 0);
    for (uint64_t i = 0; i < 8000; i++)
        chosen[core_profile_shared(&q, i)]++;
    CHECK_EQ(chosen[0] + chosen[1] + chosen[5], 0); /* one user; never changed */
    for (int i = 2; i <= 10; i++)
        CHECK(i == 5 || (chosen[i] > 800 && chosen[i] < 1200));
    memset(&q, 0, sizeof q);
    CHECK_EQ(core_profile_shared(&q, 1), 0);
}

static void test_random_counts(void)
{
    static uint32_t counts[20][30];
    uint64_t prng = 3;
    memset(&p, 0, sizeof p);
    for (int i = 0; i < 50000; i++) {
        uint32_t task = (uint32_t)core_random_below(&prng, 20);
        uint32_t object = (uint32_t)core_random_below(&prng, 30);
        core_profile_count(&p, task, i & 1 ? CORE_OP_READ : CORE_OP_WRITE, object);
        counts[task][object] += object != 0;
    }
    write_out();
    CHECK_EQ(parse(text), 0);
    CHECK_EQ(q.dropped, 0);
    for (uint32_t task = 0; task < 20; task++)
        for (uint32_t object = 1; object < 30; object++)
            CHECK_EQ(core_profile_uses_of(&q, task, object), counts[task][object]);
}

static void test_bounds(void)
{
    memset(&p, 0, sizeof p);
    for (uint32_t i = 0; i < 20000; i++) {
        core_profile_born(&p, i, i / 2);
        core_profile_count(&p, i, CORE_OP_WRITE, i + 1);
    }
    CHECK_EQ(p.count + p.dropped, 20000);
    CHECK(p.count <= CORE_PROFILE_USES);
    write_out();
    CHECK_EQ(parse(text), 0);
    CHECK_EQ(q.count, p.count);
    CHECK_EQ(memcmp(q.uses, p.uses, sizeof p.uses), 0);
    CHECK_EQ(memcmp(q.parent, p.parent, sizeof p.parent), 0);
}

static void test_bad_text(void)
{
    CHECK_EQ(parse(""), -EINVAL);
    CHECK_EQ(parse("reprise profile 2\n"), -EINVAL);
    CHECK_EQ(parse("reprise profile 1\nnews 1 2\nuses 1 2 3 4"), 0);
    CHECK_EQ(core_profile_uses_of(&q, 1, 2), 7);
    static const char *const bad[] = {
        "uses 1 2 3\n",   "uses 1 2 3 4 5\n", "uses 1 2 3 x\n",
        "uses 1 0 3 4\n", "uses 1  2 3 4\n",  "uses 1 2 3 4294967296\n",
        "task 1 1\n",     "task 1\n",         "task 0 0\n",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        snprintf(text, sizeof text, "reprise profile 1\nuses 1 2 3 4\n%s", bad[i]);
        CHECK_EQ(parse(text), -EINVAL);
        CHECK_EQ(q.count, 0);
    }
}

int main(void)
{
    RUN(test_text);
    RUN(test_shared);
    RUN(test_random_counts);
    RUN(test_bounds);
    RUN(test_bad_text);
    return check_done();
}
