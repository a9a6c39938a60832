/*
 * Silent: memory freed by one thread and handed out again by malloc to another. The allocator
 * orders the two; the accesses of the old owner must not be held against the new one.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include "step.h"

#define ROUNDS 200

static void use_block(size_t size)
{
    volatile char *block = malloc(size);

    for (size_t k = 0; k < size; k += 5)
        block[k] = (char)k;
    free((void *)block);
}

static void *worker(void *arg)
{
    for (int k = 0; k < ROUNDS; k++) {
        use_block(64 + (size_t)(k % 8) * 100);
        step_meet(3);
    }
    return arg;
}

int main(void)
{
    pthread_t t[3];

    for (int k = 0; k < 3; k++)
        pthread_create(&t[k], NULL, worker, NULL);
    for (int k = 0; k < 3; k++)
        pthread_join(t[k], NULL);
    return 0;
}
