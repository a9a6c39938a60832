/* Stops a pool: the flag is set and broadcast without the lock, between a worker's look and its
 * wait, and that worker is never woken. */
#include <stdatomic.h>

#include "seeded.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t wake = PTHREAD_COND_INITIALIZER;
static atomic_int stop;

static void *worker(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&lock);
    while (!atomic_load(&stop))
        pthread_cond_wait(&wake, &lock);
    pthread_mutex_unlock(&lock);
    return NULL;
}

int main(void)
{
    pthread_t one = start(worker, NULL);
    pthread_t two = start(worker, NULL);
#ifdef FIXED
    pthread_mutex_lock(&lock);
#endif
    atomic_store(&stop, 1);
    pthread_cond_broadcast(&wake);
#ifdef FIXED
    pthread_mutex_unlock(&lock);
#endif
    join(one);
    join(two);
    return 0;
}
