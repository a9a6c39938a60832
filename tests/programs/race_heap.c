/* A heap block is written by a thread and read by its creator; the fix joins before reading. */
#include <pthread.h>
#include <stdlib.h>
#include "step.h"

static NOINLINE int *make_block(void)
{
    return malloc(100 * sizeof(int));
}

static void *writer(void *arg)
{
    ((int *)arg)[7] = 1;
    step_set(1);
    return NULL;
}

int main(void)
{
    pthread_t t;
    int *block = make_block();
    int seen;

    pthread_create(&t, NULL, writer, block);
    step_wait(1);
    FIX(pthread_join(t, NULL);)
    seen = block[7];
    BUG(pthread_join(t, NULL);)
    free(block);
    return seen == 1 ? 0 : 1;
}
