/*
 * A pipe is closed while another thread may still write to it: the number can be somebody else's
 * by then. The fix joins the writer first.
 */
#include <pthread.h>
#include <unistd.h>
#include "step.h"

int ends[2];

static NOINLINE void open_channel(void)
{
    if (pipe(ends))
        _exit(2);
}

static void *writer(void *arg)
{
    if (write(ends[1], "x", 1) != 1)
        return NULL;
    step_set(1);
    return arg;
}

int main(void)
{
    pthread_t t;

    open_channel();
    pthread_create(&t, NULL, writer, NULL);
    step_wait(1);
    FIX(pthread_join(t, NULL);)
    close(ends[1]);
    BUG(pthread_join(t, NULL);)
    return 0;
}
