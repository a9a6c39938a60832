/*
 * A thread releases, learns something, and releases again without an access in between: the
 * second release says more than the first, although no time has passed. Who acquires both must
 * learn it. In the racy twin the last thread acquires only the first.
 */
#include <pthread.h>
#include "annotate.h"
#include "step.h"

volatile int value;
int first, learned, second;

#define SENT(channel) AnnotateHappensBefore(__FILE__, __LINE__, &channel)
#define RECEIVED(channel) AnnotateHappensAfter(__FILE__, __LINE__, &channel)

static void *writer(void *arg)
{
    value = 1;
    SENT(learned);
    step_set(1);
    step_wait(3);
    return arg;
}

static void *messenger(void *arg)
{
    step_wait(1);
    SENT(first);
    RECEIVED(learned);
    SENT(second);
    step_set(2);
    step_wait(3);
    return arg;
}

int main(void)
{
    pthread_t t[2];

    pthread_create(&t[0], NULL, writer, NULL);
    pthread_create(&t[1], NULL, messenger, NULL);
    step_wait(2);
    RECEIVED(first);
    FIX(RECEIVED(second);)
    value = 2;
    step_set(3);
    pthread_join(t[0], NULL);
    pthread_join(t[1], NULL);
    return 0;
}
