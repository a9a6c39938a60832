/*
 * poll() says that a pipe is readable, and the read after it orders what was written before. The
 * racy main looks at the value before it reads.
 */
#include <poll.h>
#include <pthread.h>
#include <unistd.h>
#include "step.h"

volatile int value;
int ends[2];

static void *sender(void *arg)
{
    step_wait(1);
    value = 7;
    step_set(2);
    if (write(ends[1], "x", 1) != 1)
        return NULL;
    return arg;
}

int main(void)
{
    pthread_t t;
    struct pollfd item = {.events = POLLIN};
    char byte;
    int seen;

    if (pipe(ends))
        return 2;
    item.fd = ends[0];
    pthread_create(&t, NULL, sender, NULL);
    step_set(1);
    BUG(step_wait(2);)
    BUG(seen = value;)
    if (poll(&item, 1, -1) != 1 || read(ends[0], &byte, 1) != 1)
        return 2;
    FIX(seen = value;)
    pthread_join(t, NULL);
    return seen == 7 ? 0 : 1;
}
