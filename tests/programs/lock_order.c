/*
 * LOCKS mutexes, and as many threads, one after the other: each takes its own and then the next
 * one, the last closes the ring. The fix has it take the first one first.
 */
#include <pthread.h>
#include "step.h"

#ifndef LOCKS
#define LOCKS 2
#endif

pthread_mutex_t mutex[LOCKS];

static NOINLINE void take_both(int first, int second)
{
    pthread_mutex_lock(&mutex[first]);
    pthread_mutex_lock(&mutex[second]);
    pthread_mutex_unlock(&mutex[second]);
    pthread_mutex_unlock(&mutex[first]);
}

static void *worker(void *arg)
{
    int mine = (int)(long)arg, next = (mine + 1) % LOCKS;

    BUG(take_both(mine, next);)
    FIX(take_both(mine < next ? mine : next, mine < next ? next : mine);)
    return NULL;
}

int main(void)
{
    pthread_t t;

    for (int k = 0; k < LOCKS; k++)
        pthread_mutex_init(&mutex[k], NULL);
    for (long k = 0; k < LOCKS; k++) {
        pthread_create(&t, NULL, worker, (void *)k);
        pthread_join(t, NULL);
    }
    return 0;
}
