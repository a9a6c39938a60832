/* core/duration.h against properties; the values that Go gives are in tests/vectors/inject.tsv. */
#include "../check.h"
#include "core/duration.h"

#include <errno.h>

static int64_t parse(const char *text)
{
    int64_t ns = -1;
    CHECK_EQ(core_duration_parse(text, &ns), 0);
    return ns;
}

/* What is printed is read as the same number, whatever its size. */
static void test_round_trip(void)
{
    char text[CORE_DURATION_TEXT];
    uint64_t x = 1;
    for (int i = 0; i < 100000; i++) {
        x = x * 6364136223846793005u + 1442695040888963407u;
        int64_t ns = (int64_t)x >> (x >> 58); /* all magnitudes, both signs */
        size_t n = core_duration_format(ns, text);
        CHECK_EQ(n, strlen(text));
        CHECK_EQ(parse(text), ns);
    }
}

static void test_longest(void)
{
    char text[CORE_DURATION_TEXT];
    core_duration_format(INT64_MIN, text);
    CHECK_STR_EQ(text, "-2562047h47m16.854775808s");
    CHECK_EQ(parse(text), INT64_MIN);
}

static void test_refused_leaves_alone(void)
{
    int64_t ns = 7;
    CHECK_EQ(core_duration_parse("1h2", &ns), -EINVAL);
    CHECK_EQ(ns, 7);
}

/* Every unit is refused when it is cut short, longer, or in capitals. */
static void test_units(void)
{
    static const char *const good[] = {"1ns", "1us", "1ms", "1s", "1m", "1h"};
    int64_t ns;
    char text[8];
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        CHECK(parse(good[i]) > 0);
        snprintf(text, sizeof text, "%sx", good[i]);
        CHECK_EQ(core_duration_parse(text, &ns), -EINVAL);
        snprintf(text, sizeof text, "1%c%s", good[i][1] - 'a' + 'A', good[i] + 2);
        CHECK_EQ(core_duration_parse(text, &ns), -EINVAL);
    }
}

int main(void)
{
    RUN(test_round_trip);
    RUN(test_longest);
    RUN(test_refused_leaves_alone);
    RUN(test_units);
    return check_done();
}
