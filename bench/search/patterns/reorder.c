/* THREADS - 1 setters each set two values, one after the other; one checker sees the first alone.
 */
#include "search.h"

static shared a, b;

static void *setter(void *unused)
{
    set(&a, 1);
    set(&b, -1);
    return unused;
}

static void *checker(void *unused)
{
    int x = get(&a), y = get(&b);
    if (!((x == 0 && y == 0) || (x == 1 && y == -1)))
        found();
    return unused;
}

int main(void)
{
    pthread_t threads[THREADS];
    start_all(threads, THREADS - 1, setter);
    start_all(threads + THREADS - 1, 1, checker);
    join_all(threads, THREADS);
    return 0;
}
