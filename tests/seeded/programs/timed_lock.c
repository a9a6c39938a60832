/* Does not look whether the timed lock timed out. */
#include <stdatomic.h>
#include <time.h>

#include "seeded.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static atomic_int inside;

static void *visit(void *unused)
{
    (void)unused;
    struct timespec now = {0, 0};
    int error = pthread_mutex_timedlock(&lock, &now);
#ifdef FIXED
    if (error)
        return NULL;
#endif
    expect(atomic_fetch_add(&inside, 1) == 0, "two are inside");
    atomic_fetch_sub(&inside, 1);
    if (!error)
        pthread_mutex_unlock(&lock);
    return NULL;
}

int main(void)
{
    together(2, visit);
    return 0;
}
