/* A mutex is unlocked that nobody holds; the fix locks it first. */
#include <pthread.h>
#include "step.h"

pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static NOINLINE void release(void)
{
    pthread_mutex_unlock(&mutex);
}

int main(void)
{
    FIX(pthread_mutex_lock(&mutex);)
    release();
    return 0;
}
