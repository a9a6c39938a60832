/* One thread writes atomically, the other reads plainly; the fix reads atomically too. */
#include <pthread.h>
#include "step.h"

int cell;

static void *writer(void *arg)
{
    __atomic_store_n(&cell, 1, __ATOMIC_SEQ_CST);
    step_set(1);
    return arg;
}

int main(void)
{
    pthread_t t;
    int seen;

    pthread_create(&t, NULL, writer, NULL);
    step_wait(1);
    BUG(seen = *(volatile int *)&cell;)
    FIX(seen = __atomic_load_n(&cell, __ATOMIC_RELAXED);)
    pthread_join(t, NULL);
    return seen == 1 ? 0 : 1;
}
