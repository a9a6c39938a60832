/*
 * A value is published through an atomic cell of TYPE. RACY_* and FIXED_* are the memory orders
 * of the two sides: without both release and acquire nothing is ordered.
 */
#include <pthread.h>
#include <stdbool.h>
#include "step.h"

#ifndef TYPE
#define TYPE int
#endif
#ifndef PUBLISH
#define PUBLISH by_store
#endif
#ifndef OBSERVE
#define OBSERVE by_load
#endif

#define JOIN(A, B) A##B
#define ORDER(NAME) JOIN(__ATOMIC_, NAME)
#define PUBLISH_ORDER BUG(ORDER(RACY_PUBLISH)) FIX(ORDER(FIXED_PUBLISH))
#define OBSERVE_ORDER BUG(ORDER(RACY_OBSERVE)) FIX(ORDER(FIXED_OBSERVE))

volatile int value;
TYPE cell;

#define by_store() __atomic_store_n(&cell, 1, PUBLISH_ORDER)
#define by_exchange() __atomic_exchange_n(&cell, 1, PUBLISH_ORDER)
#define by_fetch_add() __atomic_fetch_add(&cell, 1, PUBLISH_ORDER)
#define by_fetch_or() __atomic_fetch_or(&cell, 1, PUBLISH_ORDER)
#define by_compare_exchange()                                                               \
    __atomic_compare_exchange_n(&cell, &(TYPE){0}, 1, false, PUBLISH_ORDER, __ATOMIC_RELAXED)
#define by_load() __atomic_load_n(&cell, OBSERVE_ORDER)
#define by_fetch_add_0() __atomic_fetch_add(&cell, 0, OBSERVE_ORDER)

static void *publisher(void *arg)
{
    value = 7;
    PUBLISH();
    return arg;
}

int main(void)
{
    pthread_t t;
    int seen;

    pthread_create(&t, NULL, publisher, NULL);
    while (OBSERVE() != 1)
        sched_yield();
    seen = value;
    pthread_join(t, NULL);
    return seen == 7 ? 0 : 1;
}
