/*
 * Silent: two mutexes are taken in both orders, but always under a third one (the gate), so that
 * the two orders can never meet. -DTRYLOCK: the second is only tried, which never waits.
 */
#include <pthread.h>
#include "step.h"

pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER, b = PTHREAD_MUTEX_INITIALIZER;

#ifdef TRYLOCK
#define take_second pthread_mutex_trylock
#else
#define take_second pthread_mutex_lock
#endif

static NOINLINE void take_both(pthread_mutex_t *first, pthread_mutex_t *second)
{
#ifndef TRYLOCK
    pthread_mutex_lock(&gate);
#endif
    pthread_mutex_lock(first);
    if (take_second(second) == 0)
        pthread_mutex_unlock(second);
    pthread_mutex_unlock(first);
#ifndef TRYLOCK
    pthread_mutex_unlock(&gate);
#endif
}

static void *worker(void *arg)
{
    take_both(&a, &b);
    return arg;
}

int main(void)
{
    pthread_t t;

    pthread_create(&t, NULL, worker, NULL);
    pthread_join(t, NULL);
    take_both(&b, &a);
    return 0;
}
