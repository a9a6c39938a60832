/* Suppressions: the templates, the file format, what is kept. */
#include "../check.h"
#include "core/suppression.h"

static struct core_suppressions set;

static char complaints[256];

static void collect(void *ctx, unsigned number, const char *line, size_t length)
{
    (void)ctx;
    size_t used = strlen(complaints);
    snprintf(complaints + used, sizeof complaints - used, "%u:%.*s|", number, (int)length, line);
}

static void parse(const char *text)
{
    complaints[0] = '\0';
    core_suppressions_free(&set);
    core_suppressions_parse(&set, text, strlen(text), collect, NULL);
}

static void test_templates(void)
{
    static const struct {
        const char *template, *name;
        bool matches;
    } cases[] = {
        {"foo", "foo", true},
        {"foo", "a foo b", true},
        {"foo", "fo", false},
        {"foo", "", false},
        {"", "anything", true},
        {"", "", false},
        {"*", "x", true},
        {"^", "x", true},
        {"^foo", "foobar", true},
        {"^foo", "a foo", false},
        {"foo$", "a foo", true},
        {"foo$", "foo a", false},
        {"foo$", "foofoo", true},
        {"^foo$", "foo", true},
        {"^foo$", "foofoo", false},
        {"^Thread2$", "Thread2", true},
        {"^Thread2$", "Thread22", false},
        {"a*b", "xxaxxbxx", true},
        {"a*b", "ba", false},
        {"^a*b$", "a1b2b", true},
        {"^a*b$", "a1b2c", false},
        {"^*b", "aab", true},
        {"a*$", "xay", true},
        {"*a*b*", "a-b", true},
        {"ab*ab", "ab", false},
        {"ab*ab", "abab", true},
        {"a**b", "ab", true},
        {"/libfoo.so$", "/usr/lib/libfoo.so", true},
        {"/libfoo.so$", "/usr/lib/libfoo.so.1", false},
        {"ns::Counter<*>::add", "void ns::Counter<int, 3>::add(int)", true},
        {"a$b", "a", true}, /* what stands behind '$' is ignored */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (core_template_match(cases[i].template, cases[i].name) != cases[i].matches) {
            CHECK_STR_EQ(cases[i].template, cases[i].name);
            CHECK_EQ(!cases[i].matches, cases[i].matches);
        }
    CHECK(!core_template_match("foo", NULL));
}

static void test_file(void)
{
    parse("# comment\n"
          "race:foo\n"
          "\n"
          "  \t race_top:ba*r$ \t\r\n"
          "mutex: spaced \n"
          "called_from_lib:libz.so");
    CHECK_STR_EQ(complaints, "");
    CHECK_EQ(set.count, 4);
    CHECK_EQ(set.rows[0].type, CORE_SUPPRESS_RACE);
    CHECK_STR_EQ(set.rows[0].template, "foo");
    CHECK_EQ(set.rows[1].type, CORE_SUPPRESS_RACE_TOP);
    CHECK_STR_EQ(set.rows[1].template, "ba*r$");
    CHECK_STR_EQ(set.rows[2].template, " spaced");
    CHECK_EQ(set.rows[3].type, CORE_SUPPRESS_LIBRARY);
    CHECK(set.has[CORE_SUPPRESS_MUTEX]);
    CHECK(!set.has[CORE_SUPPRESS_DEADLOCK]);
}

static void test_bad_lines(void)
{
    parse("race\nrace:ok\nleak:x\n race_bottom:y\n");
    CHECK_STR_EQ(complaints, "1:race|3:leak:x|4:race_bottom:y|");
    CHECK_EQ(set.count, 1);
}

static void test_every_type(void)
{
    char text[64];
    for (int type = 0; type < CORE_SUPPRESS_TYPES; type++) {
        snprintf(text, sizeof text, "%s:x",
                 core_suppression_name((enum core_suppression_type)type));
        parse(text);
        CHECK_EQ(set.count, 1);
        CHECK_EQ(set.rows[0].type, type);
    }
}

static void test_match_by_type(void)
{
    parse("thread:foo\nrace:foo\nrace:bar\n");
    struct core_suppression *s = core_suppressions_match(&set, CORE_SUPPRESS_RACE, "a bar");
    CHECK(s == &set.rows[2]);
    CHECK(core_suppressions_match(&set, CORE_SUPPRESS_THREAD, "foo") == &set.rows[0]);
    CHECK(!core_suppressions_match(&set, CORE_SUPPRESS_MUTEX, "foo"));
    CHECK(!core_suppressions_match(&set, CORE_SUPPRESS_RACE, NULL));
}

static void test_many(void)
{
    char line[32];
    core_suppressions_free(&set);
    for (int i = 0; i < 1000; i++) {
        snprintf(line, sizeof line, "race:^f%d$", i);
        core_suppressions_parse(&set, line, strlen(line), NULL, NULL);
    }
    CHECK_EQ(set.count, 1000);
    CHECK(core_suppressions_match(&set, CORE_SUPPRESS_RACE, "f777") == &set.rows[777]);
}

int main(void)
{
    RUN(test_templates);
    RUN(test_file);
    RUN(test_bad_lines);
    RUN(test_every_type);
    RUN(test_match_by_type);
    RUN(test_many);
    core_suppressions_free(&set);
    return check_done();
}
