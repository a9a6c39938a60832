/* "Once" by hand: the flag says done before the work is. */
#include <stdatomic.h>

#include "seeded.h"

static atomic_int table;

static void fill(void)
{
    atomic_store(&table, 1);
}

static void *user(void *unused)
{
    (void)unused;
#ifdef FIXED
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, fill);
#else
    static atomic_flag started = ATOMIC_FLAG_INIT;
    if (!atomic_flag_test_and_set(&started))
        fill();
#endif
    expect(atomic_load(&table) == 1, "the table is used before it is filled");
    return NULL;
}

int main(void)
{
    together(2, user);
    return 0;
}
