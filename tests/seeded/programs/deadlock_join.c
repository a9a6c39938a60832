/* Joins a thread with the lock held that this thread may still need. */
#include "seeded.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int results;

static void *worker(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&lock);
    results++;
    pthread_mutex_unlock(&lock);
    return NULL;
}

int main(void)
{
    pthread_t thread = start(worker, NULL);
#ifndef FIXED
    pthread_mutex_lock(&lock);
#endif
    join(thread);
#ifdef FIXED
    pthread_mutex_lock(&lock);
#endif
    expect(results == 1, "no result");
    pthread_mutex_unlock(&lock);
    return 0;
}
