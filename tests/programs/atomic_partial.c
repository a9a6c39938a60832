/*
 * One half of an atomic 8-byte cell is written plainly; the fix writes it as an atomic of its
 * own size. (Atomics of different sizes do not race with each other.)
 */
#include <pthread.h>
#include <stdint.h>
#include "step.h"

_Alignas(8) uint64_t cell;

static void *adder(void *arg)
{
    __atomic_fetch_add(&cell, 1, __ATOMIC_RELAXED);
    step_set(1);
    return arg;
}

int main(void)
{
    pthread_t t;
    uint32_t *upper = (uint32_t *)&cell + 1;

    pthread_create(&t, NULL, adder, NULL);
    step_wait(1);
    BUG(*(volatile uint32_t *)upper = 1;)
    FIX(__atomic_store_n(upper, 1, __ATOMIC_RELAXED);)
    pthread_join(t, NULL);
    return 0;
}
