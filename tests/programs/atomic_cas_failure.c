/*
 * A compare-exchange that fails is a load with the failure order: relaxed in the racy twin,
 * acquire in the fixed one. The success order is acquire in both, and does not count.
 */
#include <pthread.h>
#include <stdbool.h>
#include "step.h"

volatile int value;
int owner;

static void *first(void *arg)
{
    int expected = 0;

    value = 7;
    __atomic_compare_exchange_n(&owner, &expected, 1, false, __ATOMIC_RELEASE, __ATOMIC_RELAXED);
    step_set(1);
    return arg;
}

int main(void)
{
    pthread_t t;
    int expected = 0, seen;

    pthread_create(&t, NULL, first, NULL);
    step_wait(1);
    if (__atomic_compare_exchange_n(&owner, &expected, 2, false, __ATOMIC_ACQUIRE,
                                    BUG(__ATOMIC_RELAXED) FIX(__ATOMIC_ACQUIRE)))
        return 2;
    seen = value;
    pthread_join(t, NULL);
    return seen == 7 ? 0 : 1;
}
