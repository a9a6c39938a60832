/* As tsd_destructor.c with C11: the destructor's write is read before or after thrd_join. */
#include <threads.h>
#include "step.h"

tss_t key;
volatile int flushed;

static void flush(void *data)
{
    flushed = *(int *)data;
    step_set(1);
}

static int worker(void *arg)
{
    tss_set(key, arg);
    thrd_exit(0);
}

int main(void)
{
    thrd_t t;
    int number = 7, seen;

    tss_create(&key, flush);
    thrd_create(&t, worker, &number);
    step_wait(1);
    FIX(thrd_join(t, NULL);)
    seen = flushed;
    BUG(thrd_join(t, NULL);)
    tss_delete(key);
    return seen == 7 ? 0 : 1;
}
