/* A driver that is being stopped: a request looks at the flag before it counts itself in. */
#include <stdatomic.h>

#include "seeded.h"

static atomic_int stopping, requests = 1, stopped;

static void leave(void)
{
    if (atomic_fetch_sub(&requests, 1) == 1)
        atomic_store(&stopped, 1);
}

static void *request(void *unused)
{
    (void)unused;
#ifdef FIXED
    atomic_fetch_add(&requests, 1);
    if (atomic_load(&stopping)) {
        leave();
        return NULL;
    }
#else
    if (atomic_load(&stopping))
        return NULL;
    atomic_fetch_add(&requests, 1);
#endif
    expect(!atomic_load(&stopped), "a request runs on the stopped device");
    leave();
    return NULL;
}

static void *stop(void *unused)
{
    (void)unused;
    atomic_store(&stopping, 1);
    leave();
    return NULL;
}

int main(void)
{
    both(request, stop);
    return 0;
}
