/*
 * A mutex is destroyed while another thread may still be in its unlock; the fix joins that thread
 * first.
 */
#include <pthread.h>
#include "step.h"

pthread_mutex_t mutex;

static NOINLINE void use(void)
{
    pthread_mutex_lock(&mutex);
    pthread_mutex_unlock(&mutex);
}

static NOINLINE void destroy(void)
{
    pthread_mutex_destroy(&mutex);
}

static void *worker(void *arg)
{
    use();
    step_set(1);
    return arg;
}

int main(void)
{
    pthread_t t;

    pthread_mutex_init(&mutex, NULL);
    pthread_create(&t, NULL, worker, NULL);
    step_wait(1);
    FIX(pthread_join(t, NULL);)
    destroy();
    BUG(pthread_join(t, NULL);)
    return 0;
}
