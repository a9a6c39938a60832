/* A driver: a dispatch looks at the stopping flag, then counts itself in; the stopper sets the flag
 * and waits for the count. */
#include "search.h"

static shared stopping, stopped, stop_event;
static atomic_int pending = 1;

static void leave(void)
{
    if (atomic_fetch_sub(&pending, 1) == 1)
        set(&stop_event, 1);
}

static int enter(void)
{
    if (get(&stopping))
        return 0;
    atomic_fetch_add(&pending, 1);
    return 1;
}

static void *stop(void *unused)
{
    set(&stopping, 1);
    leave();
    if (get(&stop_event))
        set(&stopped, 1);
    return unused;
}

int main(void)
{
    pthread_t stopper = start(stop, 0);
    if (enter()) {
        if (get(&stopped))
            found();
        leave();
    }
    pthread_join(stopper, NULL);
    return 0;
}
