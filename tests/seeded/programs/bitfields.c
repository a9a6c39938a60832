/* Two bit-fields of one word under two locks: each write reads and writes the other one, too. */
#include "seeded.h"

static pthread_mutex_t locks[2] = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER};
static struct {
    unsigned visible : 1;
#ifdef FIXED
    unsigned : 0; /* a word of its own */
#endif
    unsigned active : 1;
} flags;

static void *show(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&locks[0]);
    flags.visible = 1;
    pthread_mutex_unlock(&locks[0]);
    return NULL;
}

static void *activate(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&locks[1]);
    flags.active = 1;
    pthread_mutex_unlock(&locks[1]);
    return NULL;
}

int main(void)
{
    both(show, activate);
    expect(flags.visible && flags.active, "a flag is lost");
    return 0;
}
