/* Two sleeps of different length are meant to order two steps. Each thread works before it
 * sleeps, so the shorter sleep may begin much later. */
#include <stdatomic.h>
#include <unistd.h>

#include "seeded.h"

static atomic_int prepared, other_work;

static void *prepare(void *unused)
{
    (void)unused;
    for (int i = 0; i < 3; i++)
        atomic_fetch_add(&other_work, 1);
    usleep(1);
    atomic_store(&prepared, 1);
    return NULL;
}

static void *use(void *preparer)
{
    usleep(2);
#ifdef FIXED
    pthread_join(*(pthread_t *)preparer, NULL);
#else
    (void)preparer;
#endif
    expect(atomic_load(&prepared), "used before it was prepared");
    return NULL;
}

int main(void)
{
    pthread_t first = start(prepare, NULL);
    pthread_t second = start(use, &first);
#ifndef FIXED
    join(first);
#endif
    join(second);
    return 0;
}
