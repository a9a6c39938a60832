/* A hash table that grows: a reader combines the old table with the new size. */
#include <stdatomic.h>

#include "seeded.h"

enum { KEY = 5 };

static atomic_int small[4] = {0, KEY, 0, 0}, large[8] = {0, 0, 0, 0, 0, KEY, 0, 0};
static _Atomic(atomic_int *) slots = small;
static atomic_uint size = 4;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void *look_up(void *unused)
{
    (void)unused;
#ifdef FIXED
    pthread_mutex_lock(&lock);
#endif
    unsigned n = atomic_load(&size);
    atomic_int *table = atomic_load(&slots);
    expect(atomic_load(&table[KEY % n]) == KEY, "a key is not found");
#ifdef FIXED
    pthread_mutex_unlock(&lock);
#endif
    return NULL;
}

static void *grow(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&lock);
    atomic_store(&slots, large);
    atomic_store(&size, 8);
    pthread_mutex_unlock(&lock);
    return NULL;
}

int main(void)
{
    both(look_up, grow);
    return 0;
}
