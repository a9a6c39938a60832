/* A thread writes a local of main while main writes it too; the fix waits for the thread. */
#include <pthread.h>
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
    volatile int local = 0;

    pthread_create(&t, NULL, writer, (void *)&local);
    step_wait(1);
    FIX(pthread_join(t, NULL);)
    local = 2;
    BUG(pthread_join(t, NULL);)
    return local - 2;
}
