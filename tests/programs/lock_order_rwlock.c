/* A mutex and a reader-writer lock are taken in both orders; the fix keeps to one. */
#include <pthread.h>
#include "step.h"

pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;

static NOINLINE void mutex_first(void)
{
    pthread_mutex_lock(&mutex);
    pthread_rwlock_wrlock(&rwlock);
    pthread_rwlock_unlock(&rwlock);
    pthread_mutex_unlock(&mutex);
}

static NOINLINE void rwlock_first(void)
{
    pthread_rwlock_rdlock(&rwlock);
    pthread_mutex_lock(&mutex);
    pthread_mutex_unlock(&mutex);
    pthread_rwlock_unlock(&rwlock);
}

static void *worker(void *arg)
{
    mutex_first();
    return arg;
}

int main(void)
{
    pthread_t t;

    pthread_create(&t, NULL, worker, NULL);
    pthread_join(t, NULL);
    BUG(rwlock_first();)
    FIX(mutex_first();)
    return 0;
}
