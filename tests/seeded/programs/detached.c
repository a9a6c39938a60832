/* A detached thread writes its result into the frame of a function that has returned. */
#include <stdatomic.h>

#include "seeded.h"

struct box {
    atomic_int done;
    int result;
};

static struct box kept;

static void *worker(void *argument)
{
    struct box *box = argument;
#ifdef FIXED
    box->result = 42;
    atomic_store(&box->done, 1);
#else
    atomic_store(&box->done, 1);
    box->result = 42;
#endif
    return NULL;
}

__attribute__((noinline)) static int ask(void)
{
#ifdef FIXED
    struct box *box = &kept;
#else
    struct box on_stack[16] = {{0}};
    struct box *box = &on_stack[0];
#endif
    pthread_detach(start(worker, box));
    return atomic_load(&box->done);
}

__attribute__((noinline)) static int something_else(void)
{
    volatile int numbers[64];
    for (int i = 0; i < 64; i++)
        numbers[i] = i;
    return numbers[63];
}

int main(void)
{
    int was_done = ask();
    expect(something_else() == 63, "numbers changed");
    return was_done & kept.done & 2;
}
