/* A deque of tasks: its owner takes from one end, a thief from the other, and both take the last
 * one, because the owner does not compete for it. */
#include <stdatomic.h>

#include "seeded.h"

enum { TASKS = 2 };

static atomic_int top, bottom = TASKS;
static atomic_int done[TASKS];

static void execute(int task)
{
    expect(atomic_fetch_add(&done[task], 1) == 0, "a task was executed twice");
}

static void *steal(void *unused)
{
    (void)unused;
    for (int i = 0; i < TASKS; i++) {
        int t = atomic_load(&top);
        if (t < atomic_load(&bottom) && atomic_compare_exchange_strong(&top, &t, t + 1))
            execute(t);
    }
    return NULL;
}

static void *work(void *unused)
{
    (void)unused;
    for (int i = 0; i < TASKS; i++) {
        int b = atomic_fetch_sub(&bottom, 1) - 1;
        int t = atomic_load(&top);
        if (t < b) {
            execute(b);
            continue;
        }
#ifdef FIXED
        int mine = t == b && atomic_compare_exchange_strong(&top, &t, t + 1);
#else
        int mine = t == b;
#endif
        atomic_store(&bottom, b + 1);
        if (mine)
            execute(b);
        break;
    }
    return NULL;
}

int main(void)
{
    both(work, steal);
    return 0;
}
