/* core/inject.h, core/go_random.h and core/duration.h against tests/vectors/inject.tsv, which
 * go/replay runs, too. */
#include "../check.h"
#include "../core_host.h"
#include "core/duration.h"
#include "core/go_random.h"
#include "core/inject.h"

#include <stdlib.h>

enum { FIELDS = 5, LINE = 4096 };

struct row {
    char text[LINE];
    char *at[FIELDS];
    size_t bytes[FIELDS]; /* after \xNN was replaced */
};

static FILE *vectors;

/* "\x0a" becomes one byte, in place. */
static size_t unescape(char *s)
{
    char *out = s;
    for (char *in = s; *in; out++) {
        unsigned byte;
        if (in[0] == '\\' && sscanf(in + 1, "x%2x", &byte) == 1) {
            *out = (char)byte;
            in += 4;
        } else {
            *out = *in++;
        }
    }
    *out = '\0';
    return (size_t)(out - s);
}

/* The next row of that kind. */
static bool next_row(struct row *r, const char *kind)
{
    while (fgets(r->text, sizeof r->text, vectors)) {
        char *rest = r->text;
        rest[strcspn(rest, "\n")] = '\0';
        if (*rest == '#')
            continue;
        memset(r->at, 0, sizeof r->at);
        for (int i = 0; i < FIELDS && rest; i++) {
            r->at[i] = strsep(&rest, "\t");
            r->bytes[i] = unescape(r->at[i]);
        }
        if (!strcmp(r->at[0], kind))
            return true;
    }
    return false;
}

/* Calls check for each row of a kind. There must be some. */
static void each_row(const char *kind, void (*check)(struct row *))
{
    struct row r;
    int rows = 0;
    for (rewind(vectors); next_row(&r, kind); rows++)
        check(&r);
    CHECK(rows >= 5);
}

static void check_delay(struct row *r)
{
    int64_t max = 0;
    CHECK_EQ(core_duration_parse(r->at[3], &max), 0);
    struct core_inject i = {.max_ns = (uint64_t)max};
    i.seeded = core_fnv(CORE_FNV_START, r->at[1], r->bytes[1]);
    CHECK_EQ(core_inject_ns(&i, r->at[2], r->bytes[2], 99), strtoll(r->at[4], NULL, 10));
}

static void test_delays(void)
{
    each_row("delay", check_delay);
}

static void check_bias(struct row *r)
{
    static struct core_go_random random;
    double zbias = -1;
    char calls[65] = {0};
    core_go_random_init(&random, (int64_t)core_fnv(CORE_FNV_START, r->at[1], r->bytes[1]));
    CHECK_EQ(core_decimal_parse(r->at[2], &zbias), 0);
    for (int i = 0; i < 64; i++)
        calls[i] = core_go_random_fraction(&random) < zbias ? '0' : '1';
    CHECK_STR_EQ(calls, r->at[3]);
}

static void test_bias(void)
{
    each_row("bias", check_bias);
    CHECK_EQ(core_host_live_bytes(), 0);
}

static void check_duration(struct row *r)
{
    int64_t ns = 0;
    char text[CORE_DURATION_TEXT];
    int err = core_duration_parse(r->at[1], &ns);
    if (!strcmp(r->at[2], "bad")) {
        CHECK(err != 0);
        return;
    }
    CHECK_EQ(err, 0);
    CHECK_EQ(ns, strtoll(r->at[2], NULL, 10));
    core_duration_format(ns, text);
    CHECK_STR_EQ(text, r->at[3]);
}

static void test_durations(void)
{
    each_row("duration", check_duration);
}

static void check_setting(struct row *r)
{
    struct core_inject_text text = {.seed = "foo"};
    struct core_inject_problem problem;
    struct core_inject i;
    *(!strcmp(r->at[1], "GRSEED")    ? &text.seed
      : !strcmp(r->at[1], "GRMAX")   ? &text.max
      : !strcmp(r->at[1], "GRZBIAS") ? &text.zbias
                                     : &text.stack) = r->at[2];
    bool on = core_inject_parse(&i, &text, &problem);
    CHECK_STR_EQ(on ? "ok" : "bad", r->at[3]);
    if (!on && r->at[2][0]) {
        CHECK_STR_EQ(problem.name, r->at[1]);
        CHECK_STR_EQ(problem.value, r->at[2]);
    } else {
        CHECK(problem.name == NULL);
    }
}

static void test_settings(void)
{
    each_row("setting", check_setting);
}

static void test_defaults(void)
{
    struct core_inject i;
    struct core_inject_problem problem;
    struct core_inject_text text = {.seed = "foobar"};
    CHECK(core_inject_parse(&i, &text, &problem));
    CHECK(i.seeded == 0x85944171f73967e8);
    CHECK_EQ(i.max_ns, 10000000);
    CHECK(i.zbias == 0 && !i.stack);
    text = (struct core_inject_text){.max = "nonsense"};
    CHECK(!core_inject_parse(&i, &text, &problem) && !problem.name); /* off: nothing is read */
}

static void test_stack_counts_when_asked(void)
{
    struct core_inject i = {.seeded = CORE_FNV_START, .max_ns = 1000000007};
    CHECK_EQ(core_inject_ns(&i, "x", 1, 1), core_inject_ns(&i, "x", 1, 2));
    i.stack = true;
    CHECK(core_inject_ns(&i, "x", 1, 1) != core_inject_ns(&i, "x", 1, 2));
    /* a number is its eight bytes, lowest first */
    CHECK(core_fnv_number(7, 0x6261) == core_fnv(7, "ab\0\0\0\0\0", 8));
}

static void test_decimals_round_as_the_compiler(void)
{
    static const char *const texts[] = {
        "0.1",    "0.3",     "0.7", "0.123456789012345", "1e-22", "9007199254740991e-16",
        "0.9999", "3.14159", "1e3"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        double v = 0;
        CHECK_EQ(core_decimal_parse(texts[i], &v), 0);
        CHECK(v == strtod(texts[i], NULL));
    }
}

int main(void)
{
    char path[LINE];
    const char *source = getenv("REPRISE_SOURCE");
    snprintf(path, sizeof path, "%s/tests/vectors/inject.tsv", source ? source : ".");
    vectors = fopen(path, "r");
    if (!vectors) {
        perror(path);
        return 1;
    }
    RUN(test_delays);
    RUN(test_bias);
    RUN(test_durations);
    RUN(test_settings);
    RUN(test_defaults);
    RUN(test_stack_counts_when_asked);
    RUN(test_decimals_round_as_the_compiler);
    fclose(vectors);
    return check_done();
}
