/* Signatures: what they depend on, and what they don't. */
#include "../check.h"
#include "core/signature.h"

static char text[2][CORE_SIGNATURE_BYTES];

/* "what function file ..." for each part; parts in the order given. */
static const char *sign(int at, const char *type, const char *const *parts, int n)
{
    struct core_signature s = core_signature_begin(type);
    for (int i = 0; i < n; i++) {
        char copy[256];
        snprintf(copy, sizeof copy, "%s", parts[i]);
        char *what = strtok(copy, " ");
        core_signature_part(&s, what);
        for (char *f; (f = strtok(NULL, " "));)
            core_signature_frame(&s, f, strtok(NULL, " "));
    }
    core_signature_end(&s, text[at]);
    return text[at];
}

static void same(bool expected, const char *a1, const char *a2, const char *b1, const char *b2)
{
    sign(0, "data-race", (const char *const[]){a1, a2}, 2);
    sign(1, "data-race", (const char *const[]){b1, b2}, 2);
    CHECK_EQ(strcmp(text[0], text[1]) == 0, expected);
}

static void test_form(void)
{
    sign(0, "data-race", (const char *const[]){"write f a.c"}, 1);
    CHECK_EQ(strlen(text[0]), 18);
    CHECK(strncmp(text[0], "1-", 2) == 0);
    CHECK_EQ(strspn(text[0] + 2, "0123456789abcdef"), 16);
}

/* The value is in people's databases: a change needs a new version. */
static void test_value_is_stable(void)
{
    CHECK_STR_EQ(
        sign(0, "data-race", (const char *const[]){"write f a.c main a.c", "read g b.c"}, 2),
        "1-d96ba2372860bf42");
}

static void test_order(void)
{
    same(true, "write f a.c", "read g b.c", "read g b.c", "write f a.c");
    same(false, "write f a.c", "read g b.c", "read f a.c", "write g b.c");
    same(false, "write f a.c g b.c", "read h b.c", "write g b.c f a.c", "read h b.c");
}

static void test_what_counts(void)
{
    same(true, "write f /x/a.c", "read g b.c", "write f /y/z/a.c", "read g ./b.c");
    same(false, "write f a.c", "read g b.c", "write f b.c", "read g b.c");
    same(false, "write f a.c", "read g b.c", "write ff a.c", "read g b.c");
    same(true, "write f1 a f2 a f3 a f4 a", "read g a", "write f1 a f2 a f3 a f5 a", "read g a");
    same(false, "write f1 a f2 a f3 a", "read g a", "write f1 a f2 a f4 a", "read g a");
}

static void test_types_differ(void)
{
    sign(0, "data-race", (const char *const[]){"write f a.c"}, 1);
    sign(1, "thread-leak", (const char *const[]){"write f a.c"}, 1);
    CHECK(strcmp(text[0], text[1]) != 0);
}

static void test_limits(void)
{
    struct core_signature s = core_signature_begin("x");
    core_signature_frame(&s, "no part yet", NULL);
    for (int i = 0; i < 2 * CORE_SIGNATURE_PARTS; i++) {
        core_signature_part(&s, "edge");
        core_signature_frame(&s, NULL, NULL);
    }
    core_signature_end(&s, text[0]);
    CHECK_EQ(strlen(text[0]), 18);
}

int main(void)
{
    RUN(test_form);
    RUN(test_value_is_stable);
    RUN(test_order);
    RUN(test_what_counts);
    RUN(test_types_differ);
    RUN(test_limits);
    return check_done();
}
