/*
 * Eight threads write the bytes of one 8-byte word. In the fix each has its own byte; in the
 * racy twin the last one writes the byte of the first.
 */
#include <pthread.h>
#include "step.h"

_Alignas(8) volatile char word[8];

static void *writer(void *arg)
{
    long k = (long)arg;

    step_wait((int)k);
    BUG(word[k % 7] = 1;)
    FIX(word[k] = 1;)
    step_set((int)k + 1);
    return NULL;
}

int main(void)
{
    pthread_t t[8];

    for (long k = 0; k < 8; k++)
        pthread_create(&t[k], NULL, writer, (void *)k);
    for (int k = 0; k < 8; k++)
        pthread_join(t[k], NULL);
    return 0;
}
