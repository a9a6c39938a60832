/*
 * An unaligned 8-byte write reaches over a word border into a byte another thread reads; the fix
 * reads the byte behind it.
 */
#include <pthread.h>
#include <stdint.h>
#include "step.h"

typedef uint64_t unaligned_u64 __attribute__((aligned(1)));

_Alignas(8) char bytes[24];

static void *writer(void *arg)
{
    *(volatile unaligned_u64 *)(bytes + 5) = 1;
    step_set(1);
    return arg;
}

int main(void)
{
    pthread_t t;

    pthread_create(&t, NULL, writer, NULL);
    step_wait(1);
    (void)*(volatile char *)(bytes + 12 FIX(+1));
    pthread_join(t, NULL);
    return 0;
}
