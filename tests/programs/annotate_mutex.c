/*
 * A hand-made spin lock whose atomics are too weak for the detector, described to it with the
 * __tsan_mutex_ calls. In the racy twin main takes it without a word.
 */
#include <pthread.h>
#include "annotate.h"
#include "step.h"

volatile int guarded;
int lock;

static void lock_it(void)
{
    __tsan_mutex_pre_lock(&lock, 0);
    while (__atomic_exchange_n(&lock, 1, __ATOMIC_RELAXED))
        sched_yield();
    __tsan_mutex_post_lock(&lock, 0, 0);
}

static void unlock_it(void)
{
    __tsan_mutex_pre_unlock(&lock, 0);
    __atomic_store_n(&lock, 0, __ATOMIC_RELAXED);
    __tsan_mutex_post_unlock(&lock, 0);
}

static void *worker(void *arg)
{
    lock_it();
    guarded = 1;
    unlock_it();
    step_set(1);
    return arg;
}

int main(void)
{
    pthread_t t;

    __tsan_mutex_create(&lock, 0);
    pthread_create(&t, NULL, worker, NULL);
    step_wait(1);
    FIX(lock_it();)
    guarded = 2;
    FIX(unlock_it();)
    pthread_join(t, NULL);
    __tsan_mutex_destroy(&lock, 0);
    return 0;
}
