/*
 * A handler is left by siglongjmp, several times; the race after that has the right stacks. The
 * fix joins before the access.
 */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include "step.h"

volatile int shared;
sigjmp_buf landing;

static NOINLINE void jump(void)
{
    siglongjmp(landing, 1);
}

static void handler(int signum)
{
    if (signum == SIGUSR1)
        jump();
}

static NOINLINE void interrupted(int depth)
{
    if (depth == 0)
        raise(SIGUSR1);
    if (depth > 0)
        interrupted(depth - 1);
    step_set(100); /* never reached; keeps the call from becoming a jump */
}

static NOINLINE void escape_often(void)
{
    volatile int k;

    for (k = 0; k < 10; k++)
        if (!sigsetjmp(landing, 1))
            interrupted(k);
}

static NOINLINE void write_shared(int value)
{
    shared = value;
}

static void *worker(void *arg)
{
    write_shared(1);
    step_set(1);
    return arg;
}

int main(void)
{
    pthread_t t;
    struct sigaction action = {.sa_handler = handler};

    sigaction(SIGUSR1, &action, NULL);
    pthread_create(&t, NULL, worker, NULL);
    step_wait(1);
    escape_often();
    FIX(pthread_join(t, NULL);)
    write_shared(2);
    BUG(pthread_join(t, NULL);)
    return 0;
}
