/* The result of a C11 thread is read before thrd_join; the fix reads it after. */
#include <threads.h>
#include "step.h"

volatile int result;

static int worker(void *arg)
{
    result = *(int *)arg;
    step_set(1);
    return 3;
}

int main(void)
{
    thrd_t t;
    int number = 7, seen, status;

    thrd_create(&t, worker, &number);
    step_wait(1);
    BUG(seen = result;)
    thrd_join(t, &status);
    FIX(seen = result;)
    return seen == 7 && status == 3 ? 0 : 1;
}
