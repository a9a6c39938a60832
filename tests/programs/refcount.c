/*
 * The last reference frees the object. Dropping one must release what was done to it, and freeing
 * must acquire that, here by a fence; the racy twin drops with a relaxed operation.
 */
#define STEP_HIDDEN
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include "step.h"

struct object {
    atomic_int references;
    volatile int payload;
};

static NOINLINE void drop(struct object *object)
{
    BUG(if (atomic_fetch_sub_explicit(&object->references, 1, memory_order_relaxed) == 1))
    FIX(if (atomic_fetch_sub_explicit(&object->references, 1, memory_order_release) == 1))
    {
        FIX(atomic_thread_fence(memory_order_acquire);)
        free(object);
    }
}

static void *user(void *arg)
{
    struct object *object = arg;

    object->payload = 1;
    drop(object);
    step_set(1);
    return NULL;
}

int main(void)
{
    pthread_t t;
    struct object *object = malloc(sizeof *object);

    atomic_init(&object->references, 2);
    pthread_create(&t, NULL, user, object);
    step_wait(1);
    drop(object);
    pthread_join(t, NULL);
    return 0;
}
