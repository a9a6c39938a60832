/*
 * A 64 GiB reservation, touched here and there, a mapping given back and mapped again at the same
 * place by another thread: silent there. The race is in one of the sparse cells.
 */
#include <pthread.h>
#include <sys/mman.h>
#include "step.h"

#define RESERVED (64UL << 30)
#define STRIDE (1UL << 30)
#define MAPPED (1UL << 20)

char *reserve, *mapped;

static void touch_reserve(void)
{
    for (size_t at = 0; at < RESERVED; at += STRIDE)
        ((volatile char *)reserve)[at] = 1;
}

static char *map(void *where, size_t length, int flags)
{
    return mmap(where, length, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | flags, -1, 0);
}

static void fill_and_unmap(char *block)
{
    for (size_t k = 0; k < MAPPED; k += 512)
        ((volatile char *)block)[k] = 1;
    munmap(block, MAPPED);
}

static void *first(void *arg)
{
    touch_reserve();
    mapped = map(NULL, MAPPED, 0);
    fill_and_unmap(mapped);
    step_set(1);
    return arg;
}

int main(void)
{
    pthread_t t;

    reserve = map(NULL, RESERVED, 0);
    if (reserve == MAP_FAILED)
        return 2;
    pthread_create(&t, NULL, first, NULL);
    step_wait(1);
    FIX(pthread_join(t, NULL);)
    ((volatile char *)reserve)[5 * STRIDE] = 2;
    BUG(pthread_join(t, NULL);)
    fill_and_unmap(map(mapped, MAPPED, 0));
    munmap(reserve, RESERVED);
    return 0;
}
