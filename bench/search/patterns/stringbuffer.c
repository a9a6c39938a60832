/* append() asks the other string for its length, makes room, then asks it for its characters;
 * each step is locked, but erase() may come between them. */
#include "search.h"

struct string {
    pthread_mutex_t lock;
    shared length;
};

static struct string ours = {MUTEX, 0}, other = {MUTEX, 3};

static int length(struct string *s)
{
    lock(&s->lock);
    int n = get(&s->length);
    unlock(&s->lock);
    return n;
}

static void copy(struct string *from, int count)
{
    lock(&from->lock);
    if (count > get(&from->length))
        found();
    unlock(&from->lock);
}

static void *erase(void *unused)
{
    lock(&other.lock);
    set(&other.length, 0);
    unlock(&other.lock);
    return unused;
}

int main(void)
{
    pthread_t eraser = start(erase, 0);
    lock(&ours.lock);
    int n = length(&other);
    int room = get(&ours.length) + n;
    copy(&other, n);
    set(&ours.length, room);
    unlock(&ours.lock);
    pthread_join(eraser, NULL);
    return 0;
}
