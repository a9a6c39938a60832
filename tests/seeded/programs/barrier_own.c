/* A barrier of one's own, used twice: who is slow to leave the first round misses the reset. */
#include "seeded.h"

enum { THREADS = 2, ROUNDS = 2 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t full = PTHREAD_COND_INITIALIZER;
static int arrived, round_now;

static void barrier(void)
{
    pthread_mutex_lock(&lock);
#ifdef FIXED
    int mine = round_now;
#endif
    if (++arrived == THREADS) {
        round_now++;
#ifdef FIXED
        arrived = 0;
#endif
        pthread_cond_broadcast(&full);
    }
#ifdef FIXED
    while (mine == round_now)
#else
    while (arrived < THREADS)
#endif
        pthread_cond_wait(&full, &lock);
#ifndef FIXED
    arrived = 0;
#endif
    pthread_mutex_unlock(&lock);
}

static void *worker(void *unused)
{
    (void)unused;
    for (int i = 0; i < ROUNDS; i++)
        barrier();
    return NULL;
}

int main(void)
{
    together(THREADS, worker);
    return 0;
}
