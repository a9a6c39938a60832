/* Main sleeps "long enough" for the worker instead of joining it. */
#include <unistd.h>

#include "seeded.h"

static int result;

static void *worker(void *unused)
{
    (void)unused;
    result = 42;
    return NULL;
}

int main(void)
{
    pthread_t thread = start(worker, NULL);
#ifdef FIXED
    join(thread);
    expect(result == 42, "no result yet");
#else
    usleep(100);
    expect(result == 42, "no result yet");
    join(thread);
#endif
    return 0;
}
