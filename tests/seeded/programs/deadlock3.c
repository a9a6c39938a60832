/* Three modules that call each other under their locks: a -> b, b -> c, c -> a. */
#include "seeded.h"

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t c = PTHREAD_MUTEX_INITIALIZER;
static int calls;

static void nested(pthread_mutex_t *outer, pthread_mutex_t *inner)
{
    pthread_mutex_lock(outer);
    pthread_mutex_lock(inner);
    __atomic_fetch_add(&calls, 1, __ATOMIC_RELAXED);
    pthread_mutex_unlock(inner);
    pthread_mutex_unlock(outer);
}

static void *module(void *index)
{
    switch (INDEX(index)) {
    case 0:
        nested(&a, &b);
        break;
    case 1:
        nested(&b, &c);
        break;
    default:
#ifdef FIXED
        nested(&a, &c);
#else
        nested(&c, &a);
#endif
    }
    return NULL;
}

int main(void)
{
    together(3, module);
    return 0;
}
