/* An event count on a raw futex: the number is read after the look at the condition, so an event
 * between the two is slept over. */
#include <linux/futex.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "seeded.h"

static atomic_uint events;
static atomic_int ready;

static void *waiter(void *unused)
{
    (void)unused;
    for (;;) {
#ifdef FIXED
        unsigned seen = atomic_load(&events);
#endif
        if (atomic_load(&ready))
            return NULL;
#ifndef FIXED
        unsigned seen = atomic_load(&events);
#endif
        syscall(SYS_futex, &events, FUTEX_WAIT_PRIVATE, seen, NULL, NULL, 0);
    }
}

static void *notifier(void *unused)
{
    (void)unused;
    atomic_store(&ready, 1);
    atomic_fetch_add(&events, 1);
    syscall(SYS_futex, &events, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
    return NULL;
}

int main(void)
{
    both(waiter, notifier);
    return 0;
}
