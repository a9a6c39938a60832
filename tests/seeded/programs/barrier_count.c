/* The barrier was made for two, but there are four: the second pair runs into the next phase. */
#include <stdatomic.h>

#include "seeded.h"

enum { THREADS = 4 };

static pthread_barrier_t barrier;
static atomic_int written;

static void *worker(void *unused)
{
    (void)unused;
    atomic_fetch_add(&written, 1);
    pthread_barrier_wait(&barrier);
    expect(atomic_load(&written) == THREADS, "past the barrier, not everybody has written");
    return NULL;
}

int main(void)
{
#ifdef FIXED
    pthread_barrier_init(&barrier, NULL, THREADS);
#else
    pthread_barrier_init(&barrier, NULL, THREADS / 2);
#endif
    together(THREADS, worker);
    return 0;
}
