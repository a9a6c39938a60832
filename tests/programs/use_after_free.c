/*
 * A thread writes at byte OFFSET of a 4096-byte block that another has freed; in the fix the
 * block is freed after the join.
 */
#include <pthread.h>
#include <stdlib.h>
#include "step.h"

#ifndef OFFSET
#define OFFSET 8
#endif

static NOINLINE void release(char *block)
{
    free(block);
}

static void *user(void *arg)
{
    BUG(step_wait(1);)
    ((volatile char *)arg)[OFFSET] = 1;
    return NULL;
}

int main(void)
{
    pthread_t t;
    char *block = malloc(4096);

    pthread_create(&t, NULL, user, block);
    BUG(release(block);)
    step_set(1);
    pthread_join(t, NULL);
    FIX(release(block);)
    return 0;
}
