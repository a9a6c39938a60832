/* One thread updates under one lock and checks that nobody came between; THREADS - 1 others update
 * under another lock. */
#include "search.h"

static pthread_mutex_t data_lock = MUTEX, this_lock = MUTEX;
static shared data;

static void *checker(void *unused)
{
    lock(&data_lock);
    int before = get(&data);
    set(&data, get(&data) + 1);
    if (get(&data) != before + 1)
        found();
    unlock(&data_lock);
    return unused;
}

static void *updater(void *unused)
{
    lock(&this_lock);
    set(&data, get(&data) + 1);
    unlock(&this_lock);
    return unused;
}

int main(void)
{
    pthread_t threads[THREADS];
    start_all(threads, 1, checker);
    start_all(threads + 1, THREADS - 1, updater);
    join_all(threads, THREADS);
    return 0;
}
