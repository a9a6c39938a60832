/* A mutex is locked by one thread and unlocked by another; in the fix the owner unlocks it. */
#include <pthread.h>
#include "step.h"

pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static NOINLINE void release(void)
{
    pthread_mutex_unlock(&mutex);
}

static void *owner(void *arg)
{
    pthread_mutex_lock(&mutex);
    FIX(release();)
    return arg;
}

int main(void)
{
    pthread_t t;

    pthread_create(&t, NULL, owner, NULL);
    pthread_join(t, NULL);
    BUG(release();)
    return 0;
}
