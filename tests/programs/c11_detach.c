/* A detached C11 thread's write; the fix hands it over with release and acquire. */
#include <stdatomic.h>
#include <threads.h>
#include "step.h"

volatile int result;
atomic_int done;

static int worker(void *arg)
{
    (void)arg;
    result = 7;
    atomic_store_explicit(&done, 1, BUG(memory_order_relaxed) FIX(memory_order_release));
    return 0;
}

int main(void)
{
    thrd_t t;

    thrd_create(&t, worker, NULL);
    thrd_detach(t);
    while (!atomic_load_explicit(&done, BUG(memory_order_relaxed) FIX(memory_order_acquire)))
        thrd_yield();
    return result == 7 ? 0 : 1;
}
