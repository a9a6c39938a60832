/* runtime/format.h and runtime/json.h: text without stdio. */
#include "runtime/format.h"
#include "../check.h"
#include "runtime/json.h"

#include <limits.h>

static struct rt_text b;

#define PUTS(expected, ...)                                                                        \
    do {                                                                                           \
        rt_text_reset(&b);                                                                         \
        rt_put(&b, __VA_ARGS__);                                                                   \
        CHECK_STR_EQ(b.data, expected);                                                            \
    } while (0)

static void test_conversions(void)
{
    PUTS("a b", "a b");
    PUTS("-2147483648 2147483647 0", "%d %d %d", INT_MIN, INT_MAX, 0);
    PUTS("-9223372036854775808", "%ld", LONG_MIN);
    PUTS("4294967295 ffffffff", "%u %x", UINT_MAX, UINT_MAX);
    PUTS("18446744073709551615 ffffffffffffffff", "%lu %lx", ULONG_MAX, ULONG_MAX);
    PUTS("7 7", "%zu %zx", (size_t)7, (size_t)7);
    PUTS("x", "%c", 'x');
    PUTS("100%", "100%%");
}

static void test_strings(void)
{
    PUTS("abc", "%s", "abc");
    PUTS("ab", "%.*s", 2, "abc");
    PUTS("abc", "%.*s", 9, "abc");
    PUTS("   abc|abc   |", "%6s|%-6s|", "abc", "abc");
    const char *volatile none = NULL; /* volatile: gcc warns of a NULL it can see */
    PUTS("<null>", "%s", none);
}

static void test_width(void)
{
    PUTS("   42 00042 -0042   -42", "%5d %05d %05d %5d", 42, 42, -42, -42);
    PUTS("00ff", "%04x", 255);
}

/* As reports print addresses: at least twelve digits. */
static void test_pointers(void)
{
    PUTS("0x000000000000", "%p", (void *)0);
    PUTS("0x7ffe69fb2854", "%p", (void *)0x7ffe69fb2854);
    PUTS("0xffffffffffffffff", "%p", (void *)UINTPTR_MAX);
}

static void test_growth(void)
{
    rt_text_free(&b);
    for (int i = 0; i < 10000; i++)
        rt_put(&b, "%d,", i % 10);
    CHECK_EQ(b.length, 20000);
    CHECK_EQ(strlen(b.data), 20000);
    CHECK(strncmp(b.data + 19990, "5,6,7,8,9,", 10) == 0);
}

static void test_fixed(void)
{
    char room[8];
    struct rt_text f = {.data = room, .capacity = sizeof room, .fixed = true};
    rt_put(&f, "%s", "12345");
    rt_put(&f, "%s", "6789");
    CHECK_STR_EQ(room, "1234567");
    rt_put_bytes(&f, "x", 1);
    CHECK_STR_EQ(room, "1234567");
}

static void test_helpers(void)
{
    CHECK_EQ(rt_strlen("abc"), 3);
    CHECK(rt_strcmp("a", "b") < 0 && rt_strcmp("b", "a") > 0 && rt_strcmp("a", "a") == 0);
    CHECK(rt_strncmp("abx", "aby", 2) == 0);
    CHECK(rt_strcmp("\xff", "a") > 0);
    const char *s = "hello";
    CHECK(rt_strchr(s, 'l') == s + 2 && rt_strchr(s, 'x') == NULL && rt_strchr(s, 0) == s + 5);
    CHECK(rt_strstr(s, "lo") == s + 3 && rt_strstr(s, "") == s && rt_strstr(s, "lox") == NULL);
}

static void json(const char *s, const char *expected)
{
    rt_text_reset(&b);
    rt_json_open(&b, NULL, "[");
    rt_json_string(&b, NULL, s);
    rt_json_close(&b, "]");
    CHECK_STR_EQ(b.data, expected);
}

static void test_json_strings(void)
{
    json("plain", "[\"plain\"]");
    json("q\" b\\ n\n t\t\x01\x7f", "[\"q\\\" b\\\\ n\\u000a t\\u0009\\u0001\\u007f\"]");
    json("\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80", "[\"\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80\"]");
    json("\xff", "[\"\\ufffd\"]");
    json("\xc3", "[\"\\ufffd\"]");                                    /* cut off */
    json("\xc0\x80", "[\"\\ufffd\\ufffd\"]");                         /* overlong */
    json("\xed\xa0\x80", "[\"\\ufffd\\ufffd\\ufffd\"]");              /* a surrogate */
    json("\xf4\x90\x80\x80z", "[\"\\ufffd\\ufffd\\ufffd\\ufffdz\"]"); /* beyond Unicode */
    json(NULL, "[\"\"]");
}

static void test_json_structure(void)
{
    static const unsigned char id[] = {0xab, 0x01};
    rt_text_reset(&b);
    rt_json_open(&b, NULL, "{");
    rt_json_number(&b, "n", -5);
    rt_json_open(&b, "list", "[");
    rt_json_open(&b, NULL, "{");
    rt_json_close(&b, "}");
    rt_json_address(&b, NULL, 0x1f);
    rt_json_true(&b, NULL);
    rt_json_close(&b, "]");
    rt_json_string(&b, "ends", "{");
    rt_json_bytes(&b, "id", id, 2);
    rt_json_close(&b, "}");
    CHECK_STR_EQ(b.data, "{\"n\":-5,\"list\":[{},\"0x1f\",true],\"ends\":\"{\",\"id\":\"ab01\"}");
}

int main(void)
{
    RUN(test_conversions);
    RUN(test_strings);
    RUN(test_width);
    RUN(test_pointers);
    RUN(test_growth);
    RUN(test_fixed);
    RUN(test_helpers);
    RUN(test_json_strings);
    RUN(test_json_structure);
    return check_done();
}
