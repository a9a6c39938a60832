/* runtime/delay.h: which points sleep and for how long, and what the budget allows. Without a
 * clock: time is an argument. */
#include "runtime/delay.h"
#include "../check.h"
#include "core/inject.h"
#include "runtime/options.h"

enum { MS = 1000000 };

static struct rt_thread threads[2] = {{.path = 1}, {.path = 2}};

static void start(const char *seed, const char *max)
{
    rt_options.seed = seed;
    rt_options.max_delay = max;
    rt_options.max_slowdown = 5;
    rt_delay_init();
}

static int sleeps(const struct rt_thread *t, enum core_op op, uint64_t below)
{
    int n = 0;
    for (uint64_t stack = 1; stack <= 4096; stack++) {
        uint64_t ns = rt_delay_ns(t, op, stack * 0x9e3779b97f4a7c15u);
        CHECK(ns < below);
        n += ns > 0;
    }
    return n;
}

static void test_some_points_sleep(void)
{
    start("1", "10ms");
    int locks = sleeps(&threads[0], CORE_OP_LOCK, 10 * MS);
    int writes = sleeps(&threads[0], CORE_OP_WRITE, 10 * MS);
    int loads = sleeps(&threads[0], CORE_OP_ATOMIC_LOAD, 10 * MS);
    CHECK(locks > 4096 / 3 && locks < 4096 * 2 / 3);
    CHECK(loads > 4096 / 6 && loads < 4096 / 3);
    CHECK(writes > 4096 / 12 && writes < 4096 / 6);
}

static uint64_t all(const struct rt_thread *t, enum core_op op)
{
    uint64_t h = CORE_FNV_START;
    for (uint64_t stack = 1; stack <= 256; stack++)
        h = core_fnv_number(h, rt_delay_ns(t, op, stack * 0x9e3779b97f4a7c15u));
    return h;
}

static void test_everything_counts(void)
{
    start("1", "10ms");
    uint64_t first = all(&threads[0], CORE_OP_LOCK);
    CHECK(first == all(&threads[0], CORE_OP_LOCK));
    CHECK(first != all(&threads[1], CORE_OP_LOCK));
    CHECK(first != all(&threads[0], CORE_OP_UNLOCK));
    start("2", "10ms");
    CHECK(first != all(&threads[0], CORE_OP_LOCK));
    start("1", "10ms");
    CHECK(first == all(&threads[0], CORE_OP_LOCK));
}

static void test_no_delay_at_all(void)
{
    start("1", "0");
    CHECK_EQ(sleeps(&threads[0], CORE_OP_LOCK, 1), 0);
}

/* The rule of the issue, for one point: the hash of all its parts, modulo max. */
static void test_the_rule(void)
{
    start("seed", "3ms");
    uint64_t h = core_fnv(CORE_FNV_START, "seedlock", 8);
    int met = 0;
    for (uint64_t stack = 1; stack < 64; stack++) {
        uint64_t ns = rt_delay_ns(&threads[1], CORE_OP_LOCK, stack);
        if (!ns)
            continue;
        CHECK_EQ(ns, core_fnv_number(core_fnv_number(h, 2), stack) % (3 * MS));
        met++;
    }
    CHECK(met > 0);
}

/* ---- the budget ---- */

static void test_budget_alone(void)
{
    struct rt_delay_budget b = {.start = 1000, .until = 0, .extra = 20, .slowdown = 3};
    CHECK(rt_delay_grant(&b, 1000, 15));  /* of what is granted regardless */
    CHECK(!rt_delay_grant(&b, 1015, 10)); /* 5 are left, and nothing has run yet */
    CHECK(rt_delay_grant(&b, 1015, 5));
    CHECK(!rt_delay_grant(&b, 1029, 19)); /* 9 have run awake: 18 */
    CHECK(rt_delay_grant(&b, 1029, 18));
    CHECK(!rt_delay_grant(&b, 1047, 1));
}

/* Threads that sleep at the same time slow the run down once. */
static void test_overlap_counts_once(void)
{
    struct rt_delay_budget b = {.start = 0, .extra = 100, .slowdown = 2};
    for (int i = 0; i < 1000; i++)
        CHECK(rt_delay_grant(&b, 10, 80));
    CHECK_EQ(b.asleep, 80);
    CHECK(rt_delay_grant(&b, 60, 50)); /* 20 more; 10 have run awake */
    CHECK_EQ(b.asleep, 100);
    CHECK(!rt_delay_grant(&b, 60, 61));
}

/* What a sleep takes beyond its time is no time that the program ran. */
static void test_late_counts(void)
{
    struct rt_delay_budget b = {.start = 0, .extra = 10, .slowdown = 2};
    CHECK(rt_delay_grant(&b, 0, 10));
    rt_delay_woke(&b, 30);
    CHECK_EQ(b.asleep, 30);
    CHECK(!rt_delay_grant(&b, 49, 1)); /* 19 awake, and 10 regardless: 29 */
    CHECK(rt_delay_grant(&b, 51, 1));
    rt_delay_woke(&b, 40); /* earlier than another still sleeps */
    CHECK_EQ(b.asleep, 31);
}

static void test_slowdown_of_one(void)
{
    struct rt_delay_budget b = {.start = 0, .extra = 0, .slowdown = 1};
    CHECK(!rt_delay_grant(&b, 1000000, 1));
}

/* A run that asks for a sleep at each step, from several threads, whatever the steps take: it
 * becomes at most so many times longer. */
static void test_bound_holds(void)
{
    uint64_t random = 42, now = 0, work = 0, wake[4] = {0};
    struct rt_delay_budget b = {.start = 0, .extra = 50, .slowdown = 5};
    for (int i = 0; i < 100000; i++) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        uint64_t *mine = &wake[random >> 62];
        uint64_t step = (random >> 40) % 7, ns = (random >> 20) % 100;
        uint64_t last = now; /* when the last of those who sleep wakes */
        for (int k = 0; k < 4; k++)
            last = wake[k] > last ? wake[k] : last;
        if (*mine > now) { /* asleep: time passes until it isn't */
            now = *mine;
        } else {
            now += step;
            work += now > last ? now - last : 0;
            if (rt_delay_grant(&b, now, ns))
                *mine = now + ns;
        }
        CHECK(now <= 5 * work + 50 + 200);
    }
    CHECK(now > 3 * work); /* and it is used */
}

int main(void)
{
    RUN(test_some_points_sleep);
    RUN(test_everything_counts);
    RUN(test_no_delay_at_all);
    RUN(test_the_rule);
    RUN(test_budget_alone);
    RUN(test_overlap_counts_once);
    RUN(test_late_counts);
    RUN(test_slowdown_of_one);
    RUN(test_bound_holds);
    return check_done();
}
