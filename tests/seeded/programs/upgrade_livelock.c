/* Both hold the read lock and try, politely and for ever, to get the write lock. */
#include <sched.h>

#include "seeded.h"

static pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
static __thread int failures;
static int value;

static int readers_wait; /* under upgrade */
static pthread_mutex_t upgrade = PTHREAD_MUTEX_INITIALIZER;

static void *increment(void *unused)
{
    (void)unused;
#ifdef FIXED
    pthread_mutex_lock(&upgrade);
    readers_wait++;
#endif
    pthread_rwlock_rdlock(&lock);
    int before = value;
    pthread_rwlock_unlock(&lock);
#ifndef FIXED
    pthread_rwlock_rdlock(&lock);
    (void)upgrade, (void)readers_wait;
#endif
    while (pthread_rwlock_trywrlock(&lock) != 0) {
        failures++;
        sched_yield();
    }
    value = before + 1;
    pthread_rwlock_unlock(&lock);
#ifdef FIXED
    pthread_mutex_unlock(&upgrade);
#endif
    return NULL;
}

int main(void)
{
    together(2, increment);
    return 0;
}
