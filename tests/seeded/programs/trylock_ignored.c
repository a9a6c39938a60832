/* Tries the lock and goes on whether it has it or not. */
#include <stdatomic.h>

#include "seeded.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static atomic_int inside;

static void *visit(void *unused)
{
    (void)unused;
    int taken = pthread_mutex_trylock(&lock) == 0;
#ifdef FIXED
    if (!taken)
        return NULL;
#endif
    expect(atomic_fetch_add(&inside, 1) == 0, "two are inside");
    atomic_fetch_sub(&inside, 1);
    if (taken)
        pthread_mutex_unlock(&lock);
    return NULL;
}

int main(void)
{
    together(2, visit);
    return 0;
}
