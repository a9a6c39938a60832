#include "places.h"

int global = 3;
static int table[10];

INLINE void inner(void)
{
    code("inner:8 middle:14 outer:19"); /* never a tail call: there is more to do */
    global++;
}

INLINE void middle(void)
{
    inner();
    table[global % 10]++;
}
NOINLINE static void outer(void)
{
    middle();
    global++;
}

int main(void)
{
    static int local = 1;
    outer();
    code("main:27");
again:
    code("main:29");
    data(&global, "global 4 3");
    data((char *)&table[9] + 3, "table 40 4");
    data(&local, "local 4 25");
    if (global < 0)
        goto again;
    return local + table[0] > 100;
}
