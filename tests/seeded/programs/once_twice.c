/* Two modules guard the same initialisation with two pthread_once_t. */
#include <stdatomic.h>

#include "seeded.h"

static atomic_int made, instances;
static pthread_once_t controls[2] = {PTHREAD_ONCE_INIT, PTHREAD_ONCE_INIT};

static void make(void)
{
    if (!atomic_load(&made)) {
        atomic_fetch_add(&instances, 1);
        atomic_store(&made, 1);
    }
}

static void *module(void *index)
{
#ifdef FIXED
    pthread_once(&controls[0 * INDEX(index)], make);
#else
    pthread_once(&controls[INDEX(index)], make);
#endif
    return NULL;
}

int main(void)
{
    together(2, module);
    expect(atomic_load(&instances) == 1, "made twice");
    return 0;
}
