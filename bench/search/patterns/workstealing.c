/*
 * A work-stealing queue in the style of THE: the owner pushes and pops at the tail without a lock
 * while there is plenty, thieves take from the head under the lock. The owner must look at the head
 * after it moved the tail; here it looks before. With -DSTATE=1 items have a state that says
 * whether somebody has them, and a thief looks at it and sets it in two steps.
 */
#include "search.h"

enum { ITEMS = 6, SIZE = 8 };

static pthread_mutex_t queue_lock = MUTEX;
static shared head, tail, queue[SIZE], taken[ITEMS];
#if STATE
static shared state[ITEMS];
#endif

static void take(int item, int stolen)
{
    (void)stolen;
#if STATE
    if (stolen && get(&state[item]))
        return;
    set(&state[item], 1);
#endif
    if (atomic_fetch_add(&taken[item], 1) > 0)
        found();
}

static void push(int item)
{
    int t = get(&tail);
    set(&queue[t % SIZE], item);
    set(&tail, t + 1);
}

static int pop(void)
{
    int h = get(&head), t = get(&tail) - 1;
    if (h > t)
        return -1;
    set(&tail, t);
    return get(&queue[t % SIZE]);
}

static int steal(void)
{
    int item = -1;
    lock(&queue_lock);
    int h = get(&head);
    set(&head, h + 1);
    if (h + 1 <= get(&tail))
        item = get(&queue[h % SIZE]);
    else
        set(&head, h);
    unlock(&queue_lock);
    return item;
}

static void *thief(void *unused)
{
    for (int i = 0; i < 2; i++) {
        int item = steal();
        if (item >= 0)
            take(item, 1);
    }
    return unused;
}

static void pop_and_take(void)
{
    int item = pop();
    if (item >= 0)
        take(item, 0);
}

int main(void)
{
    pthread_t thieves[2];
    start_all(thieves, 2, thief);
    for (int i = 0; i < ITEMS; i += 2) {
        push(i);
        push(i + 1);
        pop_and_take();
    }
    for (int i = 0; i < ITEMS / 2; i++)
        pop_and_take();
    join_all(thieves, 2);
    return 0;
}
