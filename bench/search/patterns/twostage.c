/* THREADS - 1 producers in two stages, each stage under its own lock; a reader in between. */
#include "search.h"

static pthread_mutex_t first_lock = MUTEX, second_lock = MUTEX;
static shared first, second;

static void *producer(void *unused)
{
    lock(&first_lock);
    set(&first, 1);
    unlock(&first_lock);
    lock(&second_lock);
    set(&second, get(&first) + 1);
    unlock(&second_lock);
    return unused;
}

static void *reader(void *unused)
{
    lock(&first_lock);
    int one = get(&first);
    unlock(&first_lock);
    if (one == 0)
        return unused;
    lock(&second_lock);
    int two = get(&second);
    unlock(&second_lock);
    if (two != one + 1)
        found();
    return unused;
}

int main(void)
{
    pthread_t threads[THREADS];
    start_all(threads, THREADS - 1, producer);
    start_all(threads + THREADS - 1, 1, reader);
    join_all(threads, THREADS);
    return 0;
}
