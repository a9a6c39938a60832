/* Philosophers: each takes the left fork, then the right one. -DSEATS=n of them. */
#include "seeded.h"

static pthread_mutex_t forks[SEATS];
static int meals;

static void *dine(void *index)
{
    int left = INDEX(index), right = (left + 1) % SEATS;
#ifdef FIXED
    if (right < left) {
        right = left;
        left = 0;
    }
#endif
    pthread_mutex_lock(&forks[left]);
    pthread_mutex_lock(&forks[right]);
    __atomic_fetch_add(&meals, 1, __ATOMIC_RELAXED);
    pthread_mutex_unlock(&forks[right]);
    pthread_mutex_unlock(&forks[left]);
    return NULL;
}

int main(void)
{
    for (int i = 0; i < SEATS; i++)
        pthread_mutex_init(&forks[i], NULL);
    together(SEATS, dine);
    return 0;
}
