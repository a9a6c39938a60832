/* Lazy initialisation: the racy one asks a plain flag, the fix is C11's call_once. */
#include <threads.h>
#include "step.h"

volatile int table[4];
FIX(once_flag once = ONCE_FLAG_INIT;)
BUG(volatile int done;)

static NOINLINE void fill(void)
{
    for (int k = 0; k < 4; k++)
        table[k] = k;
}

static NOINLINE int lookup(int k)
{
    FIX(call_once(&once, fill);)
    BUG(if (!done) fill();)
    BUG(done = 1;)
    return table[k];
}

static int worker(void *arg)
{
    (void)arg;
    lookup(1);
    step_set(1);
    return 0;
}

int main(void)
{
    thrd_t t;
    int three;

    thrd_create(&t, worker, NULL);
    step_wait(1);
    three = lookup(3);
    thrd_join(t, NULL);
    return three == 3 ? 0 : 1;
}
