/* A counter beside a stream, guarded by flockfile; the racy twin leaves that out on one side. */
#include <pthread.h>
#include <stdio.h>
#include "step.h"

volatile int lines;
FILE *stream;

static NOINLINE void print_careful(void)
{
    flockfile(stream);
    putc_unlocked('x', stream);
    lines = 1;
    funlockfile(stream);
}

static NOINLINE void print_careless(void)
{
    FIX(while (ftrylockfile(stream)) sched_yield();)
    lines = 2;
    FIX(funlockfile(stream);)
}

static void *printer(void *arg)
{
    print_careful();
    step_set(1);
    return arg;
}

int main(void)
{
    pthread_t t;

    stream = fopen("/dev/null", "w");
    pthread_create(&t, NULL, printer, NULL);
    step_wait(1);
    print_careless();
    pthread_join(t, NULL);
    fclose(stream);
    return 0;
}
