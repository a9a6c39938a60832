/* A block is freed while another thread may still write to it; the fix joins that thread first. */
#include <pthread.h>
#include <stdlib.h>
#include "step.h"

static void *writer(void *arg)
{
    *(volatile int *)arg = 1;
    step_set(1);
    return NULL;
}

int main(void)
{
    pthread_t t;
    int *block = malloc(sizeof(int));

    pthread_create(&t, NULL, writer, block);
    step_wait(1);
    FIX(pthread_join(t, NULL);)
    free(block);
    BUG(pthread_join(t, NULL);)
    return 0;
}
