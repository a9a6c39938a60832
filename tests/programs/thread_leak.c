/* Three threads end and are never joined; in the fix two are joined and one is detached. */
#include <pthread.h>
#include <unistd.h>
#include "step.h"

static void *worker(void *arg)
{
    step_meet(4);
    return arg;
}

int main(void)
{
    pthread_t t[3];

    for (int k = 0; k < 3; k++)
        pthread_create(&t[k], NULL, worker, NULL);
    step_meet(4);
    FIX(pthread_join(t[0], NULL);)
    FIX(pthread_join(t[1], NULL);)
    FIX(pthread_detach(t[2]);)
    BUG(usleep(100000);) /* so that they have ended: one still running is no leak */
    return 0;
}
