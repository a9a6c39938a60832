/*
 * A race at the bottom of a recursion of DEPTH frames, on a stack made for it. The fix joins
 * before the access.
 */
#include <pthread.h>
#include "step.h"

volatile int shared;

static NOINLINE int descend(int depth)
{
    int below;

    if (depth == 0) {
        shared = 1;
        return 0;
    }
    below = descend(depth - 1);
    __asm__ volatile("" ::: "memory"); /* no tail call, no loop */
    return below + 1;
}

static void *worker(void *arg)
{
    int depth = descend(DEPTH);

    step_set(1);
    return depth == DEPTH ? arg : NULL;
}

int main(void)
{
    pthread_t t;
    pthread_attr_t attr;
    void *result;

    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, 512UL << 20);
    pthread_create(&t, &attr, worker, (void *)&shared);
    step_wait(1);
    FIX(pthread_join(t, &result);)
    shared = 2;
    BUG(pthread_join(t, &result);)
    return result ? 0 : 1;
}
