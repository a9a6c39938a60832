/* A mutex is destroyed while it is held; the fix unlocks it first. */
#include <pthread.h>
#include <stdlib.h>
#include "step.h"

static NOINLINE void destroy(pthread_mutex_t *mutex)
{
    pthread_mutex_destroy(mutex);
}

static NOINLINE void take(pthread_mutex_t *mutex)
{
    pthread_mutex_lock(mutex);
}

int main(void)
{
    pthread_mutex_t *mutex = malloc(sizeof *mutex);

    pthread_mutex_init(mutex, NULL);
    take(mutex);
    FIX(pthread_mutex_unlock(mutex);)
    destroy(mutex);
    free(mutex);
    return 0;
}
