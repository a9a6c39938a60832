/*
 * A block is used by a thread that starts after the free: ordered, and wrong all the same. In the
 * fix the thread gets a block of its own, which may well be the same memory.
 */
#include <pthread.h>
#include <stdlib.h>
#include "step.h"

static void *bystander(void *arg)
{
    return arg;
}

static void *user(void *arg)
{
    ((volatile char *)arg)[40] = 1;
    return NULL;
}

int main(void)
{
    pthread_t t;
    char *volatile block = malloc(100); /* volatile: or gcc warns of the bug */

#ifndef NO_THREAD_BEFORE
    pthread_create(&t, NULL, bystander, NULL);
    pthread_join(t, NULL);
#endif
    free(block);
    FIX(block = malloc(100);)
    pthread_create(&t, NULL, user, block);
    pthread_join(t, NULL);
    FIX(free(block);)
    return (void)bystander, 0;
}
