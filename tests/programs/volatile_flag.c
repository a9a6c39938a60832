/* A volatile flag is neither atomic nor ordered: two races. The fix is an atomic flag. */
#include <pthread.h>
#include <stdatomic.h>
#include "step.h"

int value;
BUG(_Alignas(64) volatile int ready;) /* or TSan takes both races for one: same word */
FIX(atomic_int ready;)

static void *writer(void *arg)
{
    value = 7;
    ready = 1;
    return arg;
}

int main(void)
{
    pthread_t t;
    int seen;

    pthread_create(&t, NULL, writer, NULL);
    while (!ready)
        sched_yield();
    seen = *(volatile int *)&value;
    pthread_join(t, NULL);
    return seen == 7 ? 0 : 1;
}
