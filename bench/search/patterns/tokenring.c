/* Three nodes of a ring take over their neighbour's number, the first one adds to it; a checker
 * that comes after all of them expects that they ran in the order of the ring. */
#include "search.h"

static pthread_mutex_t ring_lock = MUTEX;
static shared number[3], done[3];

static void *node(void *argument)
{
    int me = (int)(intptr_t)argument;
    lock(&ring_lock);
    set(&number[me], me == 0 ? (get(&number[2]) + 1) % 4 : get(&number[me - 1]));
    set(&done[me], 1);
    unlock(&ring_lock);
    return NULL;
}

static void *checker(void *unused)
{
    lock(&ring_lock);
    if (get(&done[0]) && get(&done[1]) && get(&done[2]) &&
        (get(&number[0]) != get(&number[1]) || get(&number[1]) != get(&number[2])))
        found();
    unlock(&ring_lock);
    return unused;
}

int main(void)
{
    pthread_t threads[4];
    set(&number[0], 1);
    set(&number[1], 2);
    set(&number[2], 1);
    start_all(threads, 3, node);
    start_all(threads + 3, 1, checker);
    join_all(threads, 4);
    return 0;
}
