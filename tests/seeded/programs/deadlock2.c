/* Transfers in both directions take the two locks in both orders. */
#include "seeded.h"

struct account {
    pthread_mutex_t lock;
    int money;
};

static struct account accounts[2] = {{PTHREAD_MUTEX_INITIALIZER, 50},
                                     {PTHREAD_MUTEX_INITIALIZER, 50}};

static void *transfer(void *index)
{
    struct account *from = &accounts[INDEX(index)], *to = &accounts[1 - INDEX(index)];
#ifdef FIXED
    struct account *first = &accounts[0], *second = &accounts[1];
#else
    struct account *first = from, *second = to;
#endif
    pthread_mutex_lock(&first->lock);
    pthread_mutex_lock(&second->lock);
    from->money -= 10;
    to->money += 10;
    pthread_mutex_unlock(&second->lock);
    pthread_mutex_unlock(&first->lock);
    return NULL;
}

int main(void)
{
    together(2, transfer);
    return 0;
}
