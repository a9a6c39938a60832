/* Takes a read lock twice. A writer that asks in between is preferred, and everybody waits. */
#include "seeded.h"

static pthread_rwlock_t lock;
static int value;

static int read_value(void)
{
    pthread_rwlock_rdlock(&lock);
    int v = value;
    pthread_rwlock_unlock(&lock);
    return v;
}

static void *reader(void *unused)
{
    (void)unused;
#ifdef FIXED
    expect(read_value() <= 1, "no such value");
#else
    pthread_rwlock_rdlock(&lock);
    expect(read_value() <= 1, "no such value");
    pthread_rwlock_unlock(&lock);
#endif
    return NULL;
}

static void *writer(void *unused)
{
    (void)unused;
    pthread_rwlock_wrlock(&lock);
    value = 1;
    pthread_rwlock_unlock(&lock);
    return NULL;
}

int main(void)
{
    pthread_rwlockattr_t attributes;
    pthread_rwlockattr_init(&attributes);
    pthread_rwlockattr_setkind_np(&attributes, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
    pthread_rwlock_init(&lock, &attributes);
    both(reader, writer);
    return 0;
}
