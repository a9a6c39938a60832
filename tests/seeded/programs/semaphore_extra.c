/* A semaphore as a lock, given back once too often on the way out: two get in. */
#include <semaphore.h>
#include <stdatomic.h>

#include "seeded.h"

static sem_t door;
static atomic_int inside;

static void *visit(void *index)
{
    sem_wait(&door);
    expect(atomic_fetch_add(&inside, 1) == 0, "two are inside");
    atomic_fetch_sub(&inside, 1);
    sem_post(&door);
#ifndef FIXED
    if (INDEX(index) == 0) /* "cleans up" */
        sem_post(&door);
#else
    (void)index;
#endif
    return NULL;
}

int main(void)
{
    sem_init(&door, 0, 1);
    together(3, visit);
    return 0;
}
