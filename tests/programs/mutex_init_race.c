/* A mutex is initialised by one thread and used by another without order; the fix joins first. */
#include <pthread.h>
#include "step.h"

pthread_mutex_t mutex;

static NOINLINE void prepare(void)
{
    pthread_mutex_init(&mutex, NULL);
}

static NOINLINE void use(void)
{
    pthread_mutex_lock(&mutex);
    pthread_mutex_unlock(&mutex);
}

static void *worker(void *arg)
{
    prepare();
    step_set(1);
    return arg;
}

int main(void)
{
    pthread_t t;

    pthread_create(&t, NULL, worker, NULL);
    step_wait(1);
    FIX(pthread_join(t, NULL);)
    use();
    BUG(pthread_join(t, NULL);)
    return 0;
}
