/* A sender and a receiver on a ring with a count that both change outside of any lock. */
#include "search.h"

enum { SIZE = 4, ITEMS = 4 };

static shared ring[SIZE], count;

static void *sender(void *unused)
{
    for (int i = 0; i < ITEMS; i++) {
        int n = get(&count);
        if (n == SIZE)
            break;
        set(&ring[i % SIZE], i + 1);
        set(&count, n + 1);
    }
    return unused;
}

static void *receiver(void *unused)
{
    for (int i = 0; i < ITEMS; i++) {
        int n = get(&count);
        if (n == 0)
            break;
        if (get(&ring[i % SIZE]) != i + 1)
            found();
        set(&count, n - 1);
    }
    return unused;
}

int main(void)
{
    pthread_t threads[2];
    start_all(threads, 1, sender);
    start_all(threads + 1, 1, receiver);
    join_all(threads, 2);
    return 0;
}
