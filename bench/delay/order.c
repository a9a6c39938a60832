/* The second thread takes for granted that the first has come first. */
#include "two.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int ready, seen;

static void *set(void *arg)
{
    locked_set(&lock, &ready, 1);
    return arg;
}

static void *use(void *arg)
{
    for (volatile int i = 0; i < 100000; i++)
        continue; /* other work, so that it is nearly always right */
    seen = locked_get(&lock, &ready);
    return arg;
}

int main(void)
{
    run_two(set, use);
    return !seen;
}
