/*
 * A thread prepares a context and adds its descriptor to an epoll set; the waiter uses the
 * context when an event comes. The racy thread fills the context in after epoll_ctl.
 */
#include <pthread.h>
#include <sys/epoll.h>
#include <unistd.h>
#include "step.h"

struct context {
    volatile int number;
} context;

int set, ends[2];

static void *adder(void *arg)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = &context};

    FIX(context.number = 7;)
    epoll_ctl(set, EPOLL_CTL_ADD, ends[0], &event);
    BUG(context.number = 7;)
    step_set(1);
    return arg;
}

int main(void)
{
    pthread_t t;
    struct epoll_event event = {0};
    int seen;

    set = epoll_create1(0);
    if (pipe(ends) || write(ends[1], "x", 1) != 1)
        return 2;
    pthread_create(&t, NULL, adder, NULL);
    if (epoll_wait(set, &event, 1, -1) != 1)
        return 2;
    step_wait(1);
    seen = ((struct context *)event.data.ptr)->number;
    pthread_join(t, NULL);
    return seen == 7 ? 0 : 1;
}
