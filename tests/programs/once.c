/* Lazy initialisation: the racy one asks a plain flag, the fix is pthread_once. */
#include <pthread.h>
#include "step.h"

volatile int table[4];
FIX(pthread_once_t once = PTHREAD_ONCE_INIT;)
BUG(volatile int done;)

static NOINLINE void fill(void)
{
    for (int k = 0; k < 4; k++)
        table[k] = k;
}

static NOINLINE int lookup(int k)
{
    FIX(pthread_once(&once, fill);)
    BUG(if (!done) fill();)
    BUG(done = 1;)
    return table[k];
}

static void *worker(void *arg)
{
    lookup(1);
    step_set(1);
    return arg;
}

int main(void)
{
    pthread_t t;
    int three;

    pthread_create(&t, NULL, worker, NULL);
    step_wait(1);
    three = lookup(3);
    pthread_join(t, NULL);
    return three == 3 ? 0 : 1;
}
