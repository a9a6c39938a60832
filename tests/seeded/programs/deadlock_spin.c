/* Two spin locks in both orders. */
#include "seeded.h"

static pthread_spinlock_t locks[2];
static int work;

static void *worker(void *index)
{
#ifdef FIXED
    int first = 0 * INDEX(index);
#else
    int first = INDEX(index);
#endif
    pthread_spin_lock(&locks[first]);
    pthread_spin_lock(&locks[1 - first]);
    work++;
    pthread_spin_unlock(&locks[1 - first]);
    pthread_spin_unlock(&locks[first]);
    return NULL;
}

int main(void)
{
    pthread_spin_init(&locks[0], PTHREAD_PROCESS_PRIVATE);
    pthread_spin_init(&locks[1], PTHREAD_PROCESS_PRIVATE);
    together(2, worker);
    return 0;
}
