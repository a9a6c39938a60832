/* Posts only when somebody is seen waiting; who is just about to wait waits for ever. */
#include <semaphore.h>
#include <stdatomic.h>

#include "seeded.h"

static sem_t wakeup;
static atomic_int sleepers;

static void *sleeper(void *unused)
{
    (void)unused;
    atomic_store(&sleepers, 1);
    sem_wait(&wakeup);
    return NULL;
}

static void *waker(void *unused)
{
    (void)unused;
#ifndef FIXED
    if (atomic_load(&sleepers))
#endif
        sem_post(&wakeup);
    return NULL;
}

int main(void)
{
    sem_init(&wakeup, 0, 0);
    both(sleeper, waker);
    return 0;
}
