/* Destroys a mutex as soon as the worker says "done", which it says with the mutex still held. */
#include <stdatomic.h>

#include "seeded.h"

static pthread_mutex_t lock;
static atomic_int done;

static void *worker(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&lock);
#ifndef FIXED
    atomic_store(&done, 1);
#endif
    pthread_mutex_unlock(&lock);
#ifdef FIXED
    atomic_store(&done, 1);
#endif
    return NULL;
}

int main(void)
{
    pthread_mutex_init(&lock, NULL);
    pthread_t thread = start(worker, NULL);
    if (atomic_load(&done))
        pthread_mutex_destroy(&lock);
    join(thread);
    return 0;
}
