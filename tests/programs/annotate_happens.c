/*
 * Order that the detector cannot see, told to it by annotations: AnnotateHappensBefore and
 * -After, or __tsan_release and _acquire. The racy twin does not tell.
 */
#include <pthread.h>
#include "annotate.h"
#include "step.h"

volatile int value;
int channel;

#ifdef TSAN_NAMES
#define SENT() __tsan_release(&channel)
#define RECEIVED() __tsan_acquire(&channel)
#else
#define SENT() AnnotateHappensBefore(__FILE__, __LINE__, &channel)
#define RECEIVED() AnnotateHappensAfter(__FILE__, __LINE__, &channel)
#endif

static void *sender(void *arg)
{
    value = 7;
    FIX(SENT();)
    step_set(1);
    return arg;
}

int main(void)
{
    pthread_t t;
    int seen;

    pthread_create(&t, NULL, sender, NULL);
    step_wait(1);
    FIX(RECEIVED();)
    seen = value;
    pthread_join(t, NULL);
    return seen == 7 ? 0 : 1;
}
