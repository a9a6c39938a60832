/* Looks at the predicate with `if`: who is woken after another consumer takes what is not there. */
#include "seeded.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t filled = PTHREAD_COND_INITIALIZER;
static int items;

static void *consume(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&lock);
#ifdef FIXED
    while (items == 0)
#else
    if (items == 0)
#endif
        pthread_cond_wait(&filled, &lock);
    expect(items > 0, "an item was taken from the empty queue");
    items--;
    pthread_mutex_unlock(&lock);
    return NULL;
}

static void produce(void)
{
    pthread_mutex_lock(&lock);
    items++;
    pthread_cond_broadcast(&filled);
    pthread_mutex_unlock(&lock);
}

int main(void)
{
    pthread_t one = start(consume, NULL);
    pthread_t other = start(consume, NULL);
    produce();
    produce();
    join(one);
    join(other);
    return 0;
}
