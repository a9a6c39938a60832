/*
 * Three threads read, then one writes with none of the reads ordered before it. One report is
 * enough, about any of them. The fix has the writer join the readers.
 */
#include <pthread.h>
#include "step.h"

volatile int shared;

static void *first(void *arg)
{
    (void)shared;
    step_set(1);
    return arg;
}

static void *second(void *arg)
{
    step_wait(1);
    (void)shared;
    step_set(2);
    return arg;
}

static void *third(void *arg)
{
    step_wait(2);
    (void)shared;
    step_set(3);
    return arg;
}

int main(void)
{
    pthread_t t[3];
    void *(*const body[3])(void *) = {first, second, third};

    for (int k = 0; k < 3; k++)
        pthread_create(&t[k], NULL, body[k], NULL);
    step_wait(3);
    FIX(for (int k = 0; k < 3; k++) pthread_join(t[k], NULL);)
    shared = 1;
    BUG(for (int k = 0; k < 3; k++) pthread_join(t[k], NULL);)
    return 0;
}
