/* Appends one locked string to another: asks for its length, then copies, and it shrank. */
#include <string.h>

#include "seeded.h"

struct text {
    pthread_mutex_t lock;
    int length;
    char bytes[16];
};

static struct text source = {PTHREAD_MUTEX_INITIALIZER, 3, "abc"};
static struct text target = {PTHREAD_MUTEX_INITIALIZER, 0, ""};

static int length_of(struct text *t)
{
    pthread_mutex_lock(&t->lock);
    int n = t->length;
    pthread_mutex_unlock(&t->lock);
    return n;
}

static void *append(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&target.lock);
    int n = length_of(&source);
    pthread_mutex_lock(&source.lock);
#ifdef FIXED
    n = source.length;
#endif
    expect(n <= source.length, "copies what is not there any more");
    memcpy(target.bytes, source.bytes, (size_t)n);
    target.length = n;
    pthread_mutex_unlock(&source.lock);
    pthread_mutex_unlock(&target.lock);
    return NULL;
}

static void *shorten(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&source.lock);
    source.length = 0;
    pthread_mutex_unlock(&source.lock);
    return NULL;
}

int main(void)
{
    both(append, shorten);
    return 0;
}
