/* Cancelled at a cancellation point inside its critical section, it leaves the lock taken. */
#include <unistd.h>

#include "seeded.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void unlock(void *unused)
{
    (void)unused;
    pthread_mutex_unlock(&lock);
}

static void *worker(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&lock);
#ifdef FIXED
    pthread_cleanup_push(unlock, NULL);
    pthread_testcancel();
    pthread_cleanup_pop(1);
#else
    pthread_testcancel();
    unlock(NULL);
#endif
    return NULL;
}

int main(void)
{
    pthread_t thread = start(worker, NULL);
    pthread_cancel(thread);
    join(thread);
    pthread_mutex_lock(&lock);
    pthread_mutex_unlock(&lock);
    return 0;
}
