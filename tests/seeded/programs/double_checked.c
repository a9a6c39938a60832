/* Double-checked locking that publishes the object before it is filled in. */
#include <stdatomic.h>

#include "seeded.h"

struct object {
    atomic_int value;
};

static struct object the_object;
static _Atomic(struct object *) instance;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static struct object *get(void)
{
    if (!atomic_load(&instance)) {
        pthread_mutex_lock(&lock);
        if (!atomic_load(&instance)) {
#ifdef FIXED
            atomic_store(&the_object.value, 42);
#endif
            atomic_store(&instance, &the_object);
#ifndef FIXED
            atomic_store(&the_object.value, 42);
#endif
        }
        pthread_mutex_unlock(&lock);
    }
    return atomic_load(&instance);
}

static void *user(void *unused)
{
    (void)unused;
    expect(atomic_load(&get()->value) == 42, "the object is not filled in");
    return NULL;
}

int main(void)
{
    together(2, user);
    return 0;
}
