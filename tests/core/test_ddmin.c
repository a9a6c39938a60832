/* Delta debugging against brute force: random predicates over small sets, monotone and not. */
#include "../check.h"
#include "core/ddmin.h"

enum { ELEMENTS = 12, LARGE = 400 };

/* A predicate on sets of up to ELEMENTS elements, as a table over bit masks. */
static bool fails[1 << ELEMENTS];
static uint32_t count;
static int tests_made;

static uint64_t prng = 1;

static uint32_t below(uint32_t n)
{
    prng ^= prng << 13, prng ^= prng >> 7, prng ^= prng << 17;
    return (uint32_t)(prng >> 33) % n;
}

static uint32_t mask_of(const uint32_t *set, uint32_t n)
{
    uint32_t mask = 0;
    for (uint32_t i = 0; i < n; i++) {
        CHECK(i == 0 || set[i - 1] < set[i]);
        CHECK(set[i] < count);
        mask |= 1u << set[i];
    }
    return mask;
}

/* Fails when one of `causes` random sets is contained. */
static void make_monotone(int causes)
{
    memset(fails, 0, sizeof fails);
    for (int c = 0; c < causes; c++) {
        uint32_t cause = 0;
        for (uint32_t size = below(4) + 1; size; size--)
            cause |= 1u << below(count);
        for (uint32_t set = 0; set < 1u << count; set++)
            fails[set] = fails[set] || (set & cause) == cause;
    }
}

/* Anything goes, except that all elements together fail. */
static void make_wild(uint32_t one_in)
{
    for (uint32_t set = 0; set < 1u << count; set++)
        fails[set] = below(one_in) == 0;
    fails[(1u << count) - 1] = true;
}

/* Runs to the end and returns the mask kept. narrow: a failing set is told as a random failing
 * part of it. */
static uint32_t minimise(bool narrow)
{
    uint32_t kept[ELEMENTS], candidate[ELEMENTS], n;
    struct core_ddmin d;
    core_ddmin_init(&d, kept, count);
    for (tests_made = 0; core_ddmin_next(&d, candidate, &n); tests_made++) {
        uint32_t mask = mask_of(candidate, n);
        CHECK(n < d.count);
        CHECK(tests_made < 10000);
        if (!fails[mask]) {
            core_ddmin_passed(&d);
            continue;
        }
        uint32_t part = mask;
        for (int tries = 0; narrow && tries < 20; tries++) {
            uint32_t other = mask & below(1u << count);
            part = fails[other] && other ? other : part;
        }
        for (uint32_t i = n = 0; i < count; i++)
            if (part >> i & 1)
                candidate[n++] = i;
        core_ddmin_failed(&d, candidate, n);
    }
    return mask_of(kept, d.count);
}

static void check_one_minimal(uint32_t mask)
{
    CHECK(fails[mask]);
    CHECK(mask == 0 || !fails[0]);
    for (uint32_t i = 0; i < count; i++)
        if (mask >> i & 1)
            CHECK(!fails[mask & ~(1u << i)]);
}

static void check_minimal(uint32_t mask)
{
    for (uint32_t part = (mask - 1) & mask; part != mask; part = (part - 1) & mask)
        CHECK(!fails[part]);
}

static void test_monotone(void)
{
    for (int round = 0; round < 400; round++) {
        count = below(ELEMENTS) + 1;
        make_monotone((int)below(3) + 1);
        uint32_t mask = minimise(false);
        check_one_minimal(mask);
        check_minimal(mask);
        check_one_minimal(minimise(true));
    }
}

static void test_not_monotone(void)
{
    for (int round = 0; round < 400; round++) {
        count = below(ELEMENTS) + 1;
        make_wild(below(30) + 2);
        check_one_minimal(minimise(false));
        /* Told only sets that were tried, or failing ones that were not: the empty set alone was
         * seen to pass for certain, and the last round looked at each single element. */
        uint32_t mask = minimise(true);
        CHECK(fails[mask]);
        if (__builtin_popcount(mask) > 1)
            check_one_minimal(mask);
    }
}

static void test_corners(void)
{
    count = 1;
    fails[0] = true, fails[1] = true;
    CHECK_EQ(minimise(false), 0);
    CHECK_EQ(tests_made, 1);
    fails[0] = false;
    CHECK_EQ(minimise(false), 1);
    CHECK_EQ(tests_made, 1);
    count = 0;
    CHECK_EQ(minimise(false), 0);
    CHECK_EQ(tests_made, 0);
    count = 5;
    memset(fails, 0, sizeof fails);
    fails[31] = true;
    CHECK_EQ(minimise(false), 31);
}

/* Two needed ones among hundreds: far fewer tests than elements. */
static void test_few_of_many(void)
{
    uint32_t kept[LARGE], candidate[LARGE], n;
    for (int round = 0; round < 50; round++) {
        struct core_ddmin d;
        uint32_t a = below(LARGE), b = below(LARGE);
        int tests = 0;
        core_ddmin_init(&d, kept, LARGE);
        for (; core_ddmin_next(&d, candidate, &n); tests++) {
            bool has_a = false, has_b = false;
            for (uint32_t i = 0; i < n; i++)
                has_a |= candidate[i] == a, has_b |= candidate[i] == b;
            if (has_a && has_b)
                core_ddmin_failed(&d, candidate, n);
            else
                core_ddmin_passed(&d);
        }
        CHECK_EQ(d.count, a == b ? 1 : 2);
        CHECK(tests <= 80);
    }
}

/* A copy that is told "passed" says what the original will ask while nothing fails. */
static void test_look_ahead(void)
{
    uint32_t kept[ELEMENTS], mine[ELEMENTS], its[ELEMENTS], n, m;
    struct core_ddmin d;
    count = ELEMENTS;
    core_ddmin_init(&d, kept, count);
    struct core_ddmin ahead = d;
    while (core_ddmin_next(&d, mine, &n)) {
        CHECK(core_ddmin_next(&ahead, its, &m));
        CHECK_EQ(mask_of(mine, n), mask_of(its, m));
        core_ddmin_passed(&ahead);
        core_ddmin_passed(&d);
    }
    CHECK(!core_ddmin_next(&ahead, its, &m));
    CHECK_EQ(d.count, ELEMENTS);
}

int main(void)
{
    RUN(test_monotone);
    RUN(test_not_monotone);
    RUN(test_corners);
    RUN(test_few_of_many);
    RUN(test_look_ahead);
    return check_done();
}
