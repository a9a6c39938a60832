/*
 * A program brings its own malloc, which hands out pieces of one array under a lock of its own.
 * Its heap is raced on as any other. The fix joins first. (Built with -fno-builtin, as a malloc must
 * be: compilers know too much about functions of that name.)
 */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "step.h"

_Alignas(64) char arena[16 << 20];
size_t used;
int calls;

void *malloc(size_t size)
{
    size_t header = 16, whole = (size + header + 15) / 16 * 16;
    size_t at = __atomic_fetch_add(&used, whole, __ATOMIC_RELAXED);

    __atomic_fetch_add(&calls, 1, __ATOMIC_RELAXED);
    if (at + whole > sizeof arena)
        return NULL;
    *(size_t *)(arena + at) = size;
    return arena + at + header;
}

void free(void *block)
{
    (void)block; /* never given back: the program is short */
}

void *calloc(size_t count, size_t size)
{
    return malloc(count * size); /* the arena is zero and never reused */
}

void *realloc(void *block, size_t size)
{
    char *fresh = malloc(size);
    size_t old = block ? ((size_t *)block)[-2] : 0;

    for (size_t k = 0; fresh && k < old && k < size; k++)
        fresh[k] = ((char *)block)[k];
    return fresh;
}

static void *worker(void *arg)
{
    ((volatile char *)arg)[50] = 1;
    step_set(1);
    return NULL;
}

int main(void)
{
    pthread_t t;
    char *volatile block = malloc(100);
    char *copy = strdup("a string from libc");
    FILE *null = fopen("/dev/null", "w");

    fputs(copy, null);
    fclose(null);
    pthread_create(&t, NULL, worker, block);
    step_wait(1);
    FIX(pthread_join(t, NULL);)
    ((volatile char *)block)[50] = 2;
    BUG(pthread_join(t, NULL);)
    free(copy);
    free(block);
    return calls > 2 ? 0 : 1;
}
