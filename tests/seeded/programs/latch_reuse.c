/* A latch is armed again while somebody who was let through has not left it yet. */
#include "seeded.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t opened = PTHREAD_COND_INITIALIZER;
static int is_open, generation;

static void *pass(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&lock);
    while (!is_open && generation == 0)
        pthread_cond_wait(&opened, &lock);
    pthread_mutex_unlock(&lock);
    return NULL;
}

static void *pulse(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&lock);
    is_open = 1;
#ifdef FIXED
    generation++;
#endif
    pthread_cond_broadcast(&opened);
    pthread_mutex_unlock(&lock);
    pthread_mutex_lock(&lock);
    is_open = 0;
    pthread_mutex_unlock(&lock);
    return NULL;
}

int main(void)
{
    both(pass, pulse);
    return 0;
}
