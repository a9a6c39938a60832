/* A sender fills a ring in one go, under the lock, with one item more than it holds; a receiver
 * that comes after it finds an item overwritten. */
#include "search.h"

enum { SIZE = 4, ITEMS = 5 };

static pthread_mutex_t ring_lock = MUTEX;
static shared ring[SIZE], count;

static void *sender(void *unused)
{
    lock(&ring_lock);
    for (int i = 0; i < ITEMS; i++)
        set(&ring[i % SIZE], i + 1);
    set(&count, ITEMS);
    unlock(&ring_lock);
    return unused;
}

static void *receiver(void *unused)
{
    lock(&ring_lock);
    for (int i = 0; i < get(&count); i++)
        if (get(&ring[i % SIZE]) != i + 1)
            found();
    set(&count, 0);
    unlock(&ring_lock);
    return unused;
}

int main(void)
{
    pthread_t threads[2];
    start_all(threads, 1, receiver);
    start_all(threads + 1, 1, sender);
    join_all(threads, 2);
    return 0;
}
