/* Two threads set two values one after the other; a third one must not see the first alone. */
#include <stdatomic.h>

#include "seeded.h"

static atomic_int a, b;

static void *set(void *unused)
{
    (void)unused;
#ifdef FIXED
    atomic_store(&b, -1);
    atomic_store(&a, 1);
#else
    atomic_store(&a, 1);
    atomic_store(&b, -1);
#endif
    return NULL;
}

static void *check(void *unused)
{
    (void)unused;
    int seen = atomic_load(&a);
    expect(seen == 0 || atomic_load(&b) == -1, "the first value without the second");
    return NULL;
}

int main(void)
{
    pthread_t one = start(set, NULL);
    pthread_t two = start(set, NULL);
    pthread_t three = start(check, NULL);
    join(one);
    join(two);
    join(three);
    return 0;
}
