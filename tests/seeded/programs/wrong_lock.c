/* Two threads guard one variable with two different locks. */
#include "seeded.h"

static pthread_mutex_t locks[2] = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER};
static int shared;

static void *add(void *index)
{
#ifdef FIXED
    pthread_mutex_t *lock = &locks[0 * INDEX(index)];
#else
    pthread_mutex_t *lock = &locks[INDEX(index)];
#endif
    pthread_mutex_lock(lock);
    shared += 2;
    pthread_mutex_unlock(lock);
    return NULL;
}

int main(void)
{
    together(2, add);
    return 0;
}
