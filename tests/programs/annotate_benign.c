/* A race that its author calls benign, or whose accesses are ignored: told so in the fixed twin. */
#include <pthread.h>
#include "annotate.h"
#include "step.h"

_Alignas(64) volatile int hits;
_Alignas(64) volatile int misses;

static NOINLINE void count_hit(void)
{
    hits = 1;
}

static NOINLINE void count_miss(void)
{
    FIX(AnnotateIgnoreWritesBegin(__FILE__, __LINE__);)
    misses = 1;
    FIX(AnnotateIgnoreWritesEnd(__FILE__, __LINE__);)
}

static void *worker(void *arg)
{
    count_hit();
    count_miss();
    step_set(1);
    return arg;
}

int main(void)
{
    pthread_t t;

    FIX(AnnotateBenignRaceSized(__FILE__, __LINE__, (void *)&hits, sizeof hits, "statistics");)
    pthread_create(&t, NULL, worker, NULL);
    step_wait(1);
    count_hit();
    count_miss();
    pthread_join(t, NULL);
    return 0;
}
