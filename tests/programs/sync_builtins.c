/*
 * A lock made with gcc's old __sync builtins; the racy twin opens it with a plain store, which is
 * neither atomic nor a release.
 */
#include <pthread.h>
#include "step.h"

_Alignas(64) volatile int guarded; /* another word than the lock: one word, one race */
_Alignas(64) int locked;

static NOINLINE void lock(void)
{
    while (__sync_lock_test_and_set(&locked, 1))
        sched_yield();
}

static NOINLINE void unlock(void)
{
    BUG(*(volatile int *)&locked = 0;)
    FIX(__sync_lock_release(&locked);)
}

static NOINLINE void write_guarded(int value)
{
    lock();
    guarded = value;
    unlock();
}

static void *worker(void *arg)
{
    write_guarded(1);
    step_set(1);
    return arg;
}

int main(void)
{
    pthread_t t;

    pthread_create(&t, NULL, worker, NULL);
    step_wait(1);
    write_guarded(2);
    pthread_join(t, NULL);
    return __sync_fetch_and_add(&locked, 0);
}
