/* Looks under the read lock, acts under the write lock, and does not look again. */
#include "seeded.h"

static pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
static int table, inits;

static void *use(void *unused)
{
    (void)unused;
    pthread_rwlock_rdlock(&lock);
    int there = table;
    pthread_rwlock_unlock(&lock);
    if (there)
        return NULL;
    pthread_rwlock_wrlock(&lock);
#ifdef FIXED
    if (!table)
#endif
    {
        table = 1;
        inits++;
    }
    pthread_rwlock_unlock(&lock);
    return NULL;
}

int main(void)
{
    together(2, use);
    expect(inits == 1, "made twice");
    return 0;
}
