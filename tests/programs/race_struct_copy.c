/* A struct is copied while another thread sets a field; the fix sets the field that is no part. */
#include <pthread.h>
#include "step.h"

struct config {
    long values[12];
};

struct {
    struct config config;
    long version;
} shared;
struct config snapshot;

static void *reader(void *arg)
{
    snapshot = shared.config;
    step_set(1);
    return arg;
}

int main(void)
{
    pthread_t t;

    pthread_create(&t, NULL, reader, NULL);
    step_wait(1);
    BUG(*(volatile long *)&shared.config.values[11] = 1;)
    FIX(*(volatile long *)&shared.version = 1;)
    pthread_join(t, NULL);
    return 0;
}
