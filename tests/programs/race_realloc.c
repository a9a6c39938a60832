/* A thread grows a block with realloc after another wrote to it; the fix locks both. */
#include <pthread.h>
#include <stdlib.h>
#include "step.h"

char *volatile block;
pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void *writer(void *arg)
{
    FIX(pthread_mutex_lock(&lock);)
    ((volatile char *)arg)[3] = 1;
    FIX(pthread_mutex_unlock(&lock);)
    step_set(1);
    return NULL;
}

int main(void)
{
    pthread_t t;
    char *p = malloc(16);

    pthread_create(&t, NULL, writer, p);
    step_wait(1);
    FIX(pthread_mutex_lock(&lock);)
    block = realloc(p, 100000);
    FIX(pthread_mutex_unlock(&lock);)
    pthread_join(t, NULL);
    free(block);
    return 0;
}
