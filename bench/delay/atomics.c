/* A lost update without locks. */
#include "two.h"

static int sum;

static void *add(void *arg)
{
    int old = __atomic_load_n(&sum, __ATOMIC_ACQUIRE);
    __atomic_store_n(&sum, old + 1, __ATOMIC_RELEASE);
    return arg;
}

int main(void)
{
    run_two(add, add);
    return sum != 2;
}
