/* runtime/numbering.h: numbers in the order of first use, and new ones for what is another object.
 */
#include "runtime/numbering.h"
#include "../check.h"

static uint32_t number(struct rt_numbering *n, rt_addr key)
{
    const struct rt_numbered *e = rt_number(n, key);
    return e ? e->number : 0;
}

static void test_first_use(void)
{
    struct rt_numbering n = {0};
    CHECK_EQ(number(&n, 0x5000), 1);
    CHECK_EQ(number(&n, 0x1000), 2);
    CHECK_EQ(number(&n, 0x5000), 1);
    CHECK(!rt_numbered(&n, 0x2000));
    CHECK_EQ(rt_numbered(&n, 0x1000)->number, 2);
}

static void test_anew(void)
{
    struct rt_numbering n = {0};
    for (rt_addr a = 0; a < 4; a++)
        number(&n, 0x1000 + 8 * a);
    rt_number_anew(&n, 0x1008, 0x1018);
    CHECK(!rt_numbered(&n, 0x1008) && !rt_numbered(&n, 0x1010));
    CHECK_EQ(number(&n, 0x1000), 1);
    CHECK_EQ(number(&n, 0x1018), 4);
    CHECK_EQ(number(&n, 0x1010), 5);
    CHECK_EQ(number(&n, 0x1008), 6);
}

/* A range that is wider than the table is long. */
static void test_wide(void)
{
    struct rt_numbering n = {0};
    number(&n, 0x1000);
    number(&n, 0x40000000);
    number(&n, 0x900000000);
    rt_number_anew(&n, 0x2000, 0x800000000);
    CHECK_EQ(number(&n, 0x1000), 1);
    CHECK_EQ(number(&n, 0x900000000), 3);
    CHECK_EQ(number(&n, 0x40000000), 4);
}

/* What has lost its number takes no room in the end. */
static void test_room(void)
{
    struct rt_numbering n = {0};
    uint32_t last = 0;
    for (rt_addr a = 1; a < 100000; a++) {
        last = number(&n, a * 8);
        rt_number_anew(&n, a * 8, a * 8 + 8);
    }
    CHECK_EQ(last, 99999);
    CHECK(n.capacity <= 4096);
}

int main(void)
{
    RUN(test_first_use);
    RUN(test_anew);
    RUN(test_wide);
    RUN(test_room);
    return check_done();
}
