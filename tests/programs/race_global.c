/* Two threads write one global without a lock; the fix takes one mutex around both writes. */
#include <pthread.h>
#include "step.h"

int counter;
pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void *writer(void *arg)
{
    FIX(pthread_mutex_lock(&lock);)
    counter = 1;
    FIX(pthread_mutex_unlock(&lock);)
    step_set(1);
    return arg;
}

int main(void)
{
    pthread_t t;

    pthread_create(&t, NULL, writer, NULL);
    step_wait(1);
    FIX(pthread_mutex_lock(&lock);)
    counter = 2;
    FIX(pthread_mutex_unlock(&lock);)
    pthread_join(t, NULL);
    return 0;
}
