/* A counter under a pthread spin lock; the racy twin leaves it out on one side. */
#include <pthread.h>
#include "step.h"

volatile int counter;
pthread_spinlock_t spin;

static NOINLINE void add_careful(void)
{
    pthread_spin_lock(&spin);
    counter = 1;
    pthread_spin_unlock(&spin);
}

static NOINLINE void add_careless(void)
{
    FIX(while (pthread_spin_trylock(&spin)) sched_yield();)
    counter = 2;
    FIX(pthread_spin_unlock(&spin);)
}

static void *worker(void *arg)
{
    add_careful();
    step_set(1);
    return arg;
}

int main(void)
{
    pthread_t t;

    pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE);
    pthread_create(&t, NULL, worker, NULL);
    step_wait(1);
    add_careless();
    pthread_join(t, NULL);
    pthread_spin_destroy(&spin);
    return 0;
}
