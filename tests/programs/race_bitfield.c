/* Two bit-fields share a byte, so writing one rewrites the other; the fix gives each a byte. */
#include <pthread.h>
#include "step.h"

struct flags {
    BUG(unsigned char ready : 1;)
    BUG(unsigned char done : 1;)
    FIX(unsigned char ready;)
    FIX(unsigned char done;)
};

volatile struct flags flags;

static void *writer(void *arg)
{
    flags.ready = 1;
    step_set(1);
    return arg;
}

int main(void)
{
    pthread_t t;

    pthread_create(&t, NULL, writer, NULL);
    step_wait(1);
    flags.done = 1;
    pthread_join(t, NULL);
    return flags.ready && flags.done ? 0 : 1;
}
