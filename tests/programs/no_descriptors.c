/* A program has used up its descriptors when its race is found. The fix joins first. */
#include <fcntl.h>
#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>
#include "step.h"

volatile int shared;

static void *worker(void *arg)
{
    shared = 1;
    step_set(1);
    return arg;
}

static void use_up_descriptors(void)
{
    struct rlimit limit = {64, 64};

    setrlimit(RLIMIT_NOFILE, &limit);
    while (dup(0) >= 0)
        ;
}

int main(void)
{
    pthread_t t;

    use_up_descriptors();
    pthread_create(&t, NULL, worker, NULL);
    step_wait(1);
    FIX(pthread_join(t, NULL);)
    shared = 2;
    BUG(pthread_join(t, NULL);)
    return 0;
}
