/* A ticket lock whose tickets wrap after two: with four threads two hold the same ticket. */
#include <sched.h>
#include <stdatomic.h>

#include "seeded.h"

#ifdef FIXED
enum { TICKETS = 256 };
#else
enum { TICKETS = 2 };
#endif

static atomic_uint next_ticket, serving;
static atomic_int inside;

static void *visit(void *unused)
{
    (void)unused;
    unsigned ticket = atomic_fetch_add(&next_ticket, 1) % TICKETS;
    while (atomic_load(&serving) % TICKETS != ticket)
        sched_yield();
    expect(atomic_fetch_add(&inside, 1) == 0, "two hold the lock");
    atomic_fetch_sub(&inside, 1);
    atomic_fetch_add(&serving, 1);
    return NULL;
}

int main(void)
{
    together(4, visit);
    return 0;
}
