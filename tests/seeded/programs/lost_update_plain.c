/* Two threads count in a plain variable. */
#include "seeded.h"

static int counter;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void *count(void *unused)
{
    (void)unused;
#ifdef FIXED
    pthread_mutex_lock(&lock);
#endif
    counter++;
#ifdef FIXED
    pthread_mutex_unlock(&lock);
#endif
    return NULL;
}

int main(void)
{
    together(2, count);
    expect(pthread_mutex_trylock(&lock) == 0, "nobody holds the lock");
    return 0;
}
