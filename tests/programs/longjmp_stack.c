/*
 * After longjmp out of nested calls, a report's stack must show the frames that are there and
 * none of those that were left. The fix joins before the access.
 */
#include <pthread.h>
#include <setjmp.h>
#include "step.h"

volatile int shared;

struct escape {
    jmp_buf env;
    sigjmp_buf signal_env;
};

static NOINLINE void jumper(struct escape *escape, int depth)
{
    if (depth == 0)
        longjmp(escape->env, 1);
    if (depth == 100)
        siglongjmp(escape->signal_env, 1);
    jumper(escape, depth - 1);
    step_set(100); /* never reached; keeps the call from becoming a jump */
}

static NOINLINE void landing(void)
{
    struct escape escape;
    volatile int k;

    for (k = 0; k < 10; k++)
        if (!setjmp(escape.env))
            jumper(&escape, k);
    for (k = 0; k < 10; k++)
        if (!sigsetjmp(escape.signal_env, 1))
            jumper(&escape, 100 + k);
}

static NOINLINE void access_shared(int value)
{
    shared = value;
}

static void *worker(void *arg)
{
    landing();
    access_shared(1);
    step_set(1);
    return arg;
}

int main(void)
{
    pthread_t t;

    pthread_create(&t, NULL, worker, NULL);
    step_wait(1);
    landing();
    FIX(pthread_join(t, NULL);)
    access_shared(2);
    BUG(pthread_join(t, NULL);)
    return 0;
}
