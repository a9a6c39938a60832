/* A destructor of thread-local data writes to a log that main closes when the work is done,
 * which is before the thread has ended. */
#include <stdatomic.h>

#include "seeded.h"

static pthread_key_t key;
static atomic_int work_done, log_open = 1;

static void flush(void *unused)
{
    (void)unused;
    expect(atomic_load(&log_open), "a destructor wrote to the closed log");
}

static void *worker(void *unused)
{
    (void)unused;
    pthread_setspecific(key, &key);
    atomic_store(&work_done, 1);
    return NULL;
}

int main(void)
{
    pthread_key_create(&key, flush);
    pthread_t thread = start(worker, NULL);
#ifndef FIXED
    if (atomic_load(&work_done))
        atomic_store(&log_open, 0);
#endif
    join(thread);
    atomic_store(&log_open, 0);
    return 0;
}
