/* A mutex is locked after it was destroyed; the fix makes it anew. */
#include <pthread.h>
#include "step.h"

pthread_mutex_t mutex;

static NOINLINE void take(void)
{
    pthread_mutex_lock(&mutex);
}

int main(void)
{
    pthread_mutex_init(&mutex, NULL);
    pthread_mutex_destroy(&mutex);
    FIX(pthread_mutex_init(&mutex, NULL);)
    take();
    FIX(pthread_mutex_unlock(&mutex);)
    return 0;
}
