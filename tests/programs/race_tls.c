/* A thread lends a pointer to its thread-local variable; the fix hands over a copy's address. */
#include <pthread.h>
#include "step.h"

static __thread volatile int per_thread;
int own_copy;

static void *guest(void *arg)
{
    *(volatile int *)arg = 1;
    step_set(1);
    return NULL;
}

int main(void)
{
    pthread_t t;

    BUG(pthread_create(&t, NULL, guest, (void *)&per_thread);)
    FIX(pthread_create(&t, NULL, guest, &own_copy);)
    step_wait(1);
    per_thread = 2;
    pthread_join(t, NULL);
    return 0;
}
