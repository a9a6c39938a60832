/* A producer who gets far enough ahead of the consumer puts one item too many into the buffer. */
#include <stdatomic.h>

#include "seeded.h"

enum { SLOTS = 2, ITEMS = 4 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int slots[SLOTS], count, in, out;

static void *produce(void *unused)
{
    (void)unused;
    for (int item = 1; item <= ITEMS; item++) {
        pthread_mutex_lock(&lock);
#ifdef FIXED
        while (count >= SLOTS)
#else
        while (count > SLOTS)
#endif
            pthread_cond_wait(&changed, &lock);
        slots[in++ % SLOTS] = item;
        count++;
        pthread_cond_signal(&changed);
        pthread_mutex_unlock(&lock);
    }
    return NULL;
}

static void *consume(void *unused)
{
    (void)unused;
    for (int item = 1; item <= ITEMS; item++) {
        pthread_mutex_lock(&lock);
        while (count == 0)
            pthread_cond_wait(&changed, &lock);
        expect(slots[out++ % SLOTS] == item, "an item was overwritten");
        count--;
        pthread_cond_signal(&changed);
        pthread_mutex_unlock(&lock);
    }
    return NULL;
}

int main(void)
{
    both(produce, consume);
    return 0;
}
