/* The event loop empties its wake-up pipe after it has looked at the queue: there is work, and it
 * sleeps. */
#include <poll.h>
#include <stdatomic.h>
#include <unistd.h>

#include "seeded.h"

enum { JOBS = 2 };

static int ends[2];
static atomic_int queued;

static void *submit(void *unused)
{
    (void)unused;
    for (int i = 0; i < JOBS; i++) {
        atomic_fetch_add(&queued, 1);
        expect(write(ends[1], "!", 1) == 1, "write failed");
    }
    return NULL;
}

static void drain(void)
{
    char bytes[16];
    expect(read(ends[0], bytes, sizeof(bytes)) > 0, "read failed");
}

static void *loop(void *unused)
{
    (void)unused;
    for (int done = 0; done < JOBS;) {
        struct pollfd wait = {.fd = ends[0], .events = POLLIN};
        expect(poll(&wait, 1, 1000) == 1, "it sleeps though there is work");
#ifdef FIXED
        drain();
#endif
        done += atomic_exchange(&queued, 0);
#ifndef FIXED
        drain();
#endif
    }
    return NULL;
}

int main(void)
{
    expect(pipe(ends) == 0, "no pipe");
    both(loop, submit);
    return 0;
}
