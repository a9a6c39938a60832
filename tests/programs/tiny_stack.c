/* Threads with the smallest stack there is race; the runtime must not need more. The fix joins. */
#include <limits.h>
#include <pthread.h>
#include <unistd.h>
#include "step.h"

volatile int shared;

static void *worker(void *arg)
{
    shared = 1;
    step_set(1);
    return arg;
}

int main(void)
{
    pthread_t t;
    pthread_attr_t attr;

    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, (size_t)sysconf(_SC_THREAD_STACK_MIN));
    pthread_create(&t, &attr, worker, NULL);
    step_wait(1);
    FIX(pthread_join(t, NULL);)
    shared = 2;
    BUG(pthread_join(t, NULL);)
    return 0;
}
