/* Two kinds of waiters on one condition variable, woken with signal: the wrong one may wake up. */
#include "seeded.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int reached;

static void *wait_for(void *index)
{
    pthread_mutex_lock(&lock);
    while (reached != INDEX(index) + 1)
        pthread_cond_wait(&changed, &lock);
    reached++;
#ifdef FIXED
    pthread_cond_broadcast(&changed);
#else
    pthread_cond_signal(&changed);
#endif
    pthread_mutex_unlock(&lock);
    return NULL;
}

static void *begin(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&lock);
    reached = 1;
#ifdef FIXED
    pthread_cond_broadcast(&changed);
#else
    pthread_cond_signal(&changed);
#endif
    pthread_mutex_unlock(&lock);
    return NULL;
}

int main(void)
{
    pthread_t first = start(wait_for, (void *)0);
    pthread_t second = start(wait_for, (void *)1);
    pthread_t third = start(begin, NULL);
    join(first);
    join(second);
    join(third);
    return 0;
}
