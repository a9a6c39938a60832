/* Sets are interned while their table of buckets grows: an equal set is the same set, always. */
#include "../check.h"
#include "core/half.h"

enum { SETS = 40000, WORDS = SETS * 6, BUCKETS = 1 << 14 };

static struct core_shadow shadow;
static uint32_t words[WORDS], buckets[BUCKETS], first[SETS];

static uint32_t intern(unsigned i)
{
    uint32_t e[4] = {(i + 1) << 4, (i + 2) << 4, (i + 70000) << 4, (i + 3) << 4};
    return set_intern(&shadow, e, 2 + i % 3);
}

static void test_equal_sets_are_one(void)
{
    core_shadow_init(&shadow, NULL, NULL, words, WORDS, buckets, BUCKETS, NULL, 0);
    CHECK(shadow.set_bucket_mask < BUCKETS / 4); /* few at first */
    unsigned same = 0;
    for (unsigned i = 0; i < SETS; i++) {
        first[i] = intern(i);
        same += first[i] != 0 && intern(i / 2) == first[i / 2];
    }
    CHECK_EQ(same, SETS);
    CHECK_EQ(shadow.set_count, SETS);
    CHECK_EQ(shadow.set_bucket_mask, BUCKETS - 1);
    for (unsigned i = same = 0; i < SETS; i++)
        same += intern(i) == first[i];
    CHECK_EQ(same, SETS);
}

int main(void)
{
    RUN(test_equal_sets_are_one);
    return check_done();
}
