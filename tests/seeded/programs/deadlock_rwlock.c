/* Each reads one table while it changes the other: read locks deadlock as well. */
#include "seeded.h"

static pthread_rwlock_t tables[2] = {PTHREAD_RWLOCK_INITIALIZER, PTHREAD_RWLOCK_INITIALIZER};
static int rows[2];

static void *copy(void *index)
{
    int from = INDEX(index), to = 1 - from;
#ifdef FIXED
    pthread_rwlock_wrlock(&tables[0]);
    pthread_rwlock_wrlock(&tables[1]);
#else
    pthread_rwlock_rdlock(&tables[from]);
    pthread_rwlock_wrlock(&tables[to]);
#endif
    rows[to] = rows[from] + 1;
    pthread_rwlock_unlock(&tables[0]);
    pthread_rwlock_unlock(&tables[1]);
    return NULL;
}

int main(void)
{
    together(2, copy);
    return 0;
}
