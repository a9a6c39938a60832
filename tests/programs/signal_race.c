/*
 * A handler writes a global that another thread writes too; with -DALT_STACK it runs on a stack
 * of its own. The fix makes the global atomic.
 */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include "step.h"

BUG(volatile int shared;)
FIX(atomic_int shared;)

static NOINLINE void note(int signum)
{
    shared = signum;
}

static void handler(int signum)
{
    note(signum);
    step_set(1);
}

static NOINLINE void send_to_self(void)
{
    raise(SIGUSR1);
}

static void *target(void *arg)
{
#ifdef ALT_STACK
    static _Alignas(16) char stack[1 << 16];
    stack_t alternative = {.ss_sp = stack, .ss_size = sizeof stack};

    sigaltstack(&alternative, NULL);
#endif
    send_to_self();
    return arg;
}

int main(void)
{
    pthread_t t;
    struct sigaction action = {.sa_handler = handler};

#ifdef ALT_STACK
    action.sa_flags = SA_ONSTACK;
#endif
    sigaction(SIGUSR1, &action, NULL);
    pthread_create(&t, NULL, target, NULL);
    step_wait(1);
    shared = 0;
    pthread_join(t, NULL);
    return 0;
}
