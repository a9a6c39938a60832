/*
 * Two threads own a lock at the same time: a hand-made lock, described to the detector, that does
 * not exclude. In the fix the first has released it.
 */
#include <pthread.h>
#include "annotate.h"
#include "step.h"

int lock;

static NOINLINE void take(void)
{
    AnnotateRWLockAcquired(__FILE__, __LINE__, &lock, 1);
}

static NOINLINE void release(void)
{
    AnnotateRWLockReleased(__FILE__, __LINE__, &lock, 1);
}

static void *first(void *arg)
{
    take();
    FIX(release();)
    step_set(1);
    return arg;
}

int main(void)
{
    pthread_t t;

    AnnotateRWLockCreate(__FILE__, __LINE__, &lock);
    pthread_create(&t, NULL, first, NULL);
    step_wait(1);
    take();
    pthread_join(t, NULL);
    FIX(release();)
    FIX(AnnotateRWLockDestroy(__FILE__, __LINE__, &lock);)
    return 0;
}
