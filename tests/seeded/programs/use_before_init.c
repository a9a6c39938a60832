/* The thread follows a pointer that main sets only after it has started the thread. */
#include <stdatomic.h>

#include "seeded.h"

struct config {
    int level;
};

static struct config the_config = {7};
static _Atomic(struct config *) config;

static void *worker(void *unused)
{
    (void)unused;
    struct config *c = atomic_load(&config);
    expect(c->level == 7, "wrong level");
    return NULL;
}

int main(void)
{
#ifdef FIXED
    atomic_store(&config, &the_config);
#endif
    pthread_t thread = start(worker, NULL);
#ifndef FIXED
    atomic_store(&config, &the_config);
#endif
    join(thread);
    return 0;
}
