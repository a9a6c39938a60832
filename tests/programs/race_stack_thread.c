/* Two threads share a local of one of them; the fix guards it with a mutex. */
#include <pthread.h>
#include "step.h"

volatile int *shared;
pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void *owner(void *arg)
{
    volatile int local = 0;

    __atomic_store_n(&shared, &local, __ATOMIC_RELEASE);
    step_wait(1);
    FIX(pthread_mutex_lock(&lock);)
    local = 2;
    FIX(pthread_mutex_unlock(&lock);)
    step_set(2);
    step_wait(3);
    return arg;
}

static void *guest(void *arg)
{
    volatile int *p;

    while (!(p = __atomic_load_n(&shared, __ATOMIC_ACQUIRE)))
        sched_yield();
    FIX(pthread_mutex_lock(&lock);)
    *p = 1;
    FIX(pthread_mutex_unlock(&lock);)
    step_set(1);
    step_wait(2);
    step_set(3);
    return arg;
}

int main(void)
{
    pthread_t a, b;

    pthread_create(&a, NULL, owner, NULL);
    pthread_create(&b, NULL, guest, NULL);
    pthread_join(a, NULL);
    pthread_join(b, NULL);
    return 0;
}
